import { type FittedKernel, type Kernel, type PlainKernel, refusesNegative } from '../model/kernel.ts';
import type { ModelStep } from '../model/step.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { rowSumOf } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import type { StepStream } from './stream.ts';
import { sin } from './trigonometry.ts';

type G = CompileContext['g'];

/** Columns up to which squared distances are summed term by term. */
const FEW_COLUMNS = 64;
/** Columns up to which distances that have no other form are summed term by term. */
const MAX_COLUMNS = 2048;

/** k(x, points) `[N, points]` of the rows of a stream, which are refused where the library refuses them. */
export const emitKernel = (
  context: CompileContext,
  step: ModelStep & FittedKernel,
  input: StepStream,
): ValueName => emitKernelOf(context, step, step, kernelInput(context, step, step, input));

/** The rows that a kernel takes, `[N, features]`. */
export function kernelInput(
  context: CompileContext,
  step: ModelStep,
  { kernel }: FittedKernel,
  input: StepStream,
): ValueName {
  const { g } = context;
  const x = acceptedMatrix(context, input, step, 'finite');
  if (refusesNegative(kernel)) {
    const least = g.add('ReduceMin', [x, g.int64([1], [1])], { keepdims: 1n });
    context.refusals.where(g.add('Less', [least, scalar(g, 0)]));
  }
  return x;
}

/** k(x, points) of rows `[N, features]`. */
export const emitKernelOf = (
  { g }: CompileContext,
  step: ModelStep,
  { kernel, points }: FittedKernel,
  x: ValueName,
): ValueName => emitValues({ g, step }, kernel, x, points);

/** k(x, x) of rows `[N, features]`: `[N, 1]`. */
export const emitOwnKernel = ({ g }: CompileContext, { kernel }: FittedKernel, x: ValueName): ValueName =>
  emitOwn(g, kernel, x);

function emitOwn(g: G, kernel: Kernel, x: ValueName): ValueName {
  switch (kernel.kind) {
    case 'white':
      return emitConstant(g, kernel.noise, x, 1);
    case 'constant':
      return emitConstant(g, kernel.value, x, 1);
    case 'scaled': {
      const { lengths, of } = kernel;
      return emitOwn(g, of, g.add('Div', [x, g.float64(lengths, [1, lengths.length])]));
    }
    case 'power':
      return g.add('Pow', [emitOwn(g, kernel.of, x), scalar(g, kernel.exponent)]);
    case 'sum':
    case 'product': {
      const sides = [kernel.left, kernel.right].map((side) => emitOwn(g, side, x));
      return g.add(kernel.kind === 'sum' ? 'Add' : 'Mul', sides);
    }
    case 'linear':
    case 'polynomial':
    case 'sigmoid':
      return emitLink(g, kernel, rowSumOf(g, square(g, x)));
    case 'cosine': {
      const unit = unitRows(g, x, kernel.negligible);
      return rowSumOf(g, square(g, unit));
    }
    default:
      return emitLink(g, kernel, emitConstant(g, 0, x, 1));
  }
}

interface Place {
  readonly g: G;
  readonly step: ModelStep;
}

function emitValues(place: Place, kernel: Kernel, x: ValueName, points: Matrix): ValueName {
  const { g } = place;
  switch (kernel.kind) {
    case 'constant':
      return emitConstant(g, kernel.value, x, points.rows);
    case 'white':
      return emitConstant(g, 0, x, points.rows);
    case 'scaled': {
      const { lengths, of } = kernel;
      const data = points.data.map((value, k) => value / lengths[(k % points.cols) % lengths.length]!);
      const own = g.add('Div', [x, g.float64(lengths, [1, lengths.length])]);
      return emitValues(place, of, own, { ...points, data });
    }
    case 'power':
      return g.add('Pow', [emitValues(place, kernel.of, x, points), scalar(g, kernel.exponent)]);
    case 'sum':
    case 'product': {
      const sides = [kernel.left, kernel.right].map((side) => emitValues(place, side, x, points));
      return g.add(kernel.kind === 'sum' ? 'Add' : 'Mul', sides);
    }
    default:
      return emitLink(g, kernel, emitMeasure(place, kernel, x, points));
  }
}

/** A number for every row and point. */
function emitConstant(g: G, value: number, x: ValueName, points: number): ValueName {
  const rows = g.add('Shape', [x], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([points], [1])], { axis: 0n });
  return g.add('Expand', [g.float64([value], [1, 1]), shape]);
}

const scalar = (g: G, value: number): ValueName => g.float64([value], []);

/** What a kernel makes of the product or distance of two rows. */
function emitLink(g: G, kernel: PlainKernel, measure: ValueName): ValueName {
  switch (kernel.kind) {
    case 'linear':
    case 'cosine':
      return measure;
    case 'additive-chi2':
      return g.add('Neg', [measure]);
    case 'polynomial':
      return emitPower(g, affineOf(g, measure, kernel), kernel.degree);
    case 'sigmoid':
      return g.add('Tanh', [affineOf(g, measure, kernel)]);
    case 'matern':
      return emitMatern(g, kernel.order, g.add('Sqrt', [measure]));
    case 'rational-quadratic': {
      const share = g.add('Div', [measure, scalar(g, 2 * kernel.alpha * kernel.length ** 2)]);
      return g.add('Pow', [g.add('Add', [share, scalar(g, 1)]), scalar(g, -kernel.alpha)]);
    }
    case 'exp-sine-squared': {
      const angle = g.add('Mul', [g.add('Sqrt', [measure]), scalar(g, Math.PI / kernel.period)]);
      const wave = g.add('Div', [sin(g, angle), scalar(g, kernel.length)]);
      return g.add('Exp', [g.add('Mul', [square(g, wave), scalar(g, -2)])]);
    }
    default:
      return g.add('Exp', [g.add('Mul', [measure, scalar(g, -kernel.gamma)])]);
  }
}

/** Of distances. */
function emitMatern(g: G, order: 0.5 | 1.5 | 2.5, distance: ValueName): ValueName {
  const far = g.add('Mul', [distance, scalar(g, Math.sqrt(2 * order))]);
  const decay = g.add('Exp', [g.add('Neg', [far])]);
  if (order === 0.5) return decay;
  const begun = g.add('Add', [far, scalar(g, 1)]);
  const rest = g.add('Div', [square(g, far), scalar(g, 3)]);
  return g.add('Mul', [order === 1.5 ? begun : g.add('Add', [begun, rest]), decay]);
}

/** γ · product + coef0. */
const affineOf = (
  g: G,
  product: ValueName,
  { gamma, coef0 }: { readonly gamma: number; readonly coef0: number },
): ValueName => g.add('Add', [g.add('Mul', [product, scalar(g, gamma)]), scalar(g, coef0)]);

/** Degrees up to which a power is made of products. */
const MAX_PRODUCTS = 1024;

function emitPower(g: G, base: ValueName, degree: number): ValueName {
  if (!Number.isInteger(degree) || degree < 1 || degree > MAX_PRODUCTS)
    return g.add('Pow', [base, scalar(g, degree)]);
  let power: ValueName | null = null;
  for (let square = base, left = degree; ; square = g.add('Mul', [square, square])) {
    if (left % 2 === 1) power = power === null ? square : g.add('Mul', [power, square]);
    left = Math.floor(left / 2);
    if (left === 0) return power ?? base;
  }
}

/** Products or distances of rows and points. */
function emitMeasure({ g, step }: Place, kernel: PlainKernel, x: ValueName, points: Matrix): ValueName {
  if (kernel.kind === 'cosine')
    return products(g, unitRows(g, x, kernel.negligible), unitMatrix(points, kernel.negligible));
  if (kernel.kind === 'rbf' && points.cols > FEW_COLUMNS) return expanded(g, x, points);
  const term = TERMS[kernel.kind];
  if (term === undefined) return products(g, x, points);
  if (points.cols <= MAX_COLUMNS) return termByTerm(g, x, points, term);
  const wanted = `up to ${MAX_COLUMNS} are (use the native engine: \`--runtime native\`)`;
  throw compileUnsupported(step, 'kernel', `${kernel.kind} of ${points.cols} columns`, wanted);
}

/** x · cᵀ `[N, points]`. */
function products(g: G, x: ValueName, { rows, cols, data }: Matrix): ValueName {
  const none = g.float64(new Float64Array(rows), [1, rows]);
  return g.add('Gemm', [x, g.float64(data, [rows, cols]), none], { transB: 1n });
}

/** One column's share of a distance, from `[N, 1]` and `[1, points]`. */
type Term = (g: G, x: ValueName, c: ValueName) => ValueName;

const square = (g: G, value: ValueName): ValueName => g.add('Mul', [value, value]);

function chi2Term(g: G, x: ValueName, c: ValueName): ValueName {
  const total = g.add('Add', [x, c]);
  const share = g.add('Div', [square(g, g.add('Sub', [x, c])), total]);
  return g.add('Where', [g.add('Equal', [total, scalar(g, 0)]), scalar(g, 0), share]);
}

const squaredTerm: Term = (g, x, c) => square(g, g.add('Sub', [x, c]));

const TERMS: { readonly [K in PlainKernel['kind']]?: Term } = {
  rbf: squaredTerm,
  matern: squaredTerm,
  'rational-quadratic': squaredTerm,
  'exp-sine-squared': squaredTerm,
  laplacian: (g, x, c) => g.add('Abs', [g.add('Sub', [x, c])]),
  chi2: chi2Term,
  'additive-chi2': chi2Term,
};

/** Distances summed column by column: no value is larger than the result. */
function termByTerm(g: G, x: ValueName, { rows, cols, data }: Matrix, term: Term): ValueName {
  const columns = cols === 1 ? [x] : g.addMany('Split', [x], cols, { axis: 1n, num_outputs: BigInt(cols) });
  return columns
    .map((column, k) => {
      const held = Float64Array.from({ length: rows }, (_, row) => data[row * cols + k]!);
      return term(g, column, g.float64(held, [1, rows]));
    })
    .reduce((sum, next) => g.add('Add', [sum, next]));
}

/** max(0, ‖x‖² - 2 x·c + ‖c‖²), measured from the mean of the points, where least is lost. */
function expanded(g: G, x: ValueName, { rows, cols, data }: Matrix): ValueName {
  const mean = new Float64Array(cols);
  for (let k = 0; k < data.length; k++) mean[k % cols]! += data[k]! / rows;
  const moved = data.map((value, k) => value - mean[k % cols]!);
  const norms = new Float64Array(rows);
  for (let k = 0; k < moved.length; k++) norms[Math.floor(k / cols)]! += moved[k]! ** 2;
  const own = g.add('Sub', [x, g.float64(mean, [1, cols])]);
  const cross = [own, g.float64(moved, [rows, cols]), g.float64(norms, [1, rows])];
  const sum = g.add('Add', [
    g.add('Gemm', cross, { transB: 1n, alpha: -2 }),
    rowSumOf(g, g.add('Mul', [own, own])),
  ]);
  return g.add('Max', [sum, scalar(g, 0)]);
}

/** Rows divided by their norms, norms that are none by 1. */
function unitRows(g: G, x: ValueName, negligible: number): ValueName {
  const norm = g.add('Sqrt', [rowSumOf(g, square(g, x))]);
  const none = g.add('Less', [norm, scalar(g, Math.max(negligible, Number.MIN_VALUE))]);
  return g.add('Div', [x, g.add('Where', [none, scalar(g, 1), norm])]);
}

function unitMatrix({ rows, cols, data }: Matrix, negligible: number): Matrix {
  const norms = Array.from({ length: rows }, (_, row) => {
    const own = data.subarray(row * cols, (row + 1) * cols);
    const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    return norm === 0 || norm < negligible ? 1 : norm;
  });
  return { rows, cols, data: data.map((value, k) => value / norms[Math.floor(k / cols)]!) };
}

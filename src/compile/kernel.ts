import { type FittedKernel, type Kernel, refusesNegative } from '../model/kernel.ts';
import type { ModelStep } from '../model/step.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { rowSumOf } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import type { StepStream } from './stream.ts';

type G = CompileContext['g'];

/** Columns up to which squared distances are summed term by term. */
const FEW_COLUMNS = 64;
/** Columns up to which distances that have no other form are summed term by term. */
const MAX_COLUMNS = 2048;

/** k(x, points) `[N, points]` of the rows of a stream, which are refused where the library refuses them. */
export function emitKernel(
  context: CompileContext,
  step: ModelStep & FittedKernel,
  input: StepStream,
): ValueName {
  const { g } = context;
  const { kernel, points } = step;
  const x = acceptedMatrix(context, input, step, 'finite');
  if (refusesNegative(kernel)) {
    const least = g.add('ReduceMin', [x, g.int64([1], [1])], { keepdims: 1n });
    context.refusals.where(g.add('Less', [least, scalar(g, 0)]));
  }
  if (kernel.kind !== 'rbf' && TERMS[kernel.kind] !== undefined && points.cols > MAX_COLUMNS) {
    const wanted = `up to ${MAX_COLUMNS} are (use the native engine: \`--runtime native\`)`;
    throw compileUnsupported(step, 'kernel', `${kernel.kind} of ${points.cols} columns`, wanted);
  }
  return emitLink(g, kernel, emitMeasure(g, kernel, x, points));
}

const scalar = (g: G, value: number): ValueName => g.float64([value], []);

/** What a kernel makes of the product or distance of two rows. */
function emitLink(g: G, kernel: Kernel, measure: ValueName): ValueName {
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
    default:
      return g.add('Exp', [g.add('Mul', [measure, scalar(g, -kernel.gamma)])]);
  }
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
function emitMeasure(g: G, kernel: Kernel, x: ValueName, points: Matrix): ValueName {
  if (kernel.kind === 'cosine') return products(g, unitRows(g, x), unitMatrix(points));
  if (kernel.kind === 'rbf' && points.cols > FEW_COLUMNS) return expanded(g, x, points);
  const term = TERMS[kernel.kind];
  return term === undefined ? products(g, x, points) : termByTerm(g, x, points, term);
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

const TERMS: { readonly [K in Kernel['kind']]?: Term } = {
  rbf: (g, x, c) => square(g, g.add('Sub', [x, c])),
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

/** Rows divided by their norms, a norm of 0 by 1. */
function unitRows(g: G, x: ValueName): ValueName {
  const norm = g.add('Sqrt', [rowSumOf(g, square(g, x))]);
  const none = g.add('Equal', [norm, scalar(g, 0)]);
  return g.add('Div', [x, g.add('Where', [none, scalar(g, 1), norm])]);
}

function unitMatrix({ rows, cols, data }: Matrix): Matrix {
  const norms = Array.from({ length: rows }, (_, row) => {
    const own = data.subarray(row * cols, (row + 1) * cols);
    return Math.sqrt(own.reduce((sum, value) => sum + value * value, 0)) || 1;
  });
  return { rows, cols, data: data.map((value, k) => value / norms[Math.floor(k / cols)]!) };
}

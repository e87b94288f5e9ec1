import type { FittedKernel, Kernel } from '../../model/kernel.ts';
import { refusesNegative } from '../../model/kernel.ts';
import type { Matrix } from '../../model/tensor.ts';
import {
  checkNumbers,
  createScratch,
  type DenseBlock,
  forEachSparseRow,
  type RowBlock,
  refuseCell,
  type SparseBlock,
  toDense,
} from './block.ts';
import { checkWidth } from './evaluator.ts';

/** Calls `visit` with each row's k(x, points): the same array every time. */
export type KernelRows = (input: RowBlock, visit: (row: number, values: Float64Array) => void) => void;

/** k(x, points) of the row whose numbers begin at `from`, written to `out`. */
type DenseKernel = (x: Float64Array, from: number, out: Float64Array) => void;

/** Makes a kernel ready: rows are checked, then held against all points, one row at a time. */
export function prepareKernelRows({ kernel, points }: FittedKernel, names: readonly string[]): KernelRows {
  const scratch = createScratch();
  const values = new Float64Array(points.rows);
  const dense = denseKernel(kernel, points);
  let sparse: SparseKernel | null = null;
  return (input, visit) => {
    checkWidth(input, points.cols);
    const block = input.kind === 'sparse' && usesDots(kernel) ? input : toDense(input, names, scratch);
    checkNumbers(block, names, 'refused');
    if (block.kind === 'sparse') {
      sparse ??= sparseKernel(kernel, points);
      return sparse(block, values, visit);
    }
    if (refusesNegative(kernel)) checkSigns(block, names);
    for (let row = 0; row < block.rows; row++) {
      dense(block.data, row * points.cols, values);
      visit(row, values);
    }
  };
}

function checkSigns({ rows, cols, data }: DenseBlock, names: readonly string[]): void {
  for (let k = 0; k < rows * cols; k++) {
    const col = k % cols;
    if (data[k]! < 0)
      refuseCell((k - col) / cols, names[col] ?? `x${col}`, `expected 0 or more, got ${data[k]}`);
  }
}

function denseKernel(kernel: Kernel, points: Matrix): DenseKernel {
  const link = linkOf(kernel);
  const measure = measureOf(kernel, points);
  return (x, from, out) => {
    measure(x, from, out);
    for (let k = 0; k < out.length; k++) out[k] = link(out[k]!);
  };
}

/** What a kernel makes of the product or distance of two rows. */
function linkOf(kernel: Kernel): (measure: number) => number {
  switch (kernel.kind) {
    case 'linear':
    case 'cosine':
      return (product) => product;
    case 'additive-chi2':
      return (distance) => -distance;
    case 'polynomial': {
      const { gamma, coef0, degree } = kernel;
      const power = Number.isInteger(degree) ? powi : Math.pow;
      return (product) => power(gamma * product + coef0, degree);
    }
    case 'sigmoid':
      return (product) => Math.tanh(kernel.gamma * product + kernel.coef0);
    default:
      return (distance) => Math.exp(-kernel.gamma * distance);
  }
}

/** Powers by repeated squaring, as libsvm. */
function powi(base: number, times: number): number {
  let power = 1;
  for (let square = base, left = times; left > 0; left = Math.floor(left / 2), square *= square)
    if (left % 2 === 1) power *= square;
  return power;
}

/** The product or distance of a row and every point. */
function measureOf(kernel: Kernel, points: Matrix): DenseKernel {
  switch (kernel.kind) {
    case 'rbf':
      return everyPoint(points, squaredDistance);
    case 'laplacian':
      return everyPoint(points, absoluteDistance);
    case 'chi2':
    case 'additive-chi2':
      return everyPoint(points, chi2Distance);
    case 'cosine':
      return cosines(points);
    default:
      return everyPoint(points, dot);
  }
}

type Measure = (x: Float64Array, xAt: number, c: Float64Array, cAt: number, length: number) => number;

const everyPoint =
  ({ cols, data }: Matrix, measure: Measure): DenseKernel =>
  (x, from, out) => {
    for (let k = 0, at = 0; k < out.length; k++, at += cols) out[k] = measure(x, from, data, at, cols);
  };

/** Products of rows divided by their norms; a norm of 0 divides by 1 (`normalize`). */
function cosines({ rows, cols, data }: Matrix): DenseKernel {
  const unit = Float64Array.from(data);
  for (let at = 0; at < rows * cols; at += cols) {
    const norm = Math.sqrt(dot(data, at, data, at, cols)) || 1;
    for (let k = at; k < at + cols; k++) unit[k]! /= norm;
  }
  const products = everyPoint({ rows, cols, data: unit }, dot);
  const own = new Float64Array(cols);
  return (x, from, out) => {
    const norm = Math.sqrt(dot(x, from, x, from, cols)) || 1;
    for (let k = 0; k < cols; k++) own[k] = x[from + k]! / norm;
    products(own, 0, out);
  };
}

/** Two running sums hide some of the latency of addition. */
function dot(x: Float64Array, xAt: number, c: Float64Array, cAt: number, length: number): number {
  let a = 0;
  let b = 0;
  let k = 0;
  for (; k + 1 < length; k += 2) {
    a += x[xAt + k]! * c[cAt + k]!;
    b += x[xAt + k + 1]! * c[cAt + k + 1]!;
  }
  return k < length ? a + x[xAt + k]! * c[cAt + k]! + b : a + b;
}

function squaredDistance(x: Float64Array, xAt: number, c: Float64Array, cAt: number, length: number): number {
  let a = 0;
  let b = 0;
  let k = 0;
  for (; k + 1 < length; k += 2) {
    const even = x[xAt + k]! - c[cAt + k]!;
    const odd = x[xAt + k + 1]! - c[cAt + k + 1]!;
    a += even * even;
    b += odd * odd;
  }
  return k < length ? a + (x[xAt + k]! - c[cAt + k]!) ** 2 + b : a + b;
}

function absoluteDistance(
  x: Float64Array,
  xAt: number,
  c: Float64Array,
  cAt: number,
  length: number,
): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += Math.abs(x[xAt + k]! - c[cAt + k]!);
  return sum;
}

function chi2Distance(x: Float64Array, xAt: number, c: Float64Array, cAt: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) {
    const difference = x[xAt + k]! - c[cAt + k]!;
    const total = x[xAt + k]! + c[cAt + k]!;
    if (total !== 0) sum += (difference * difference) / total;
  }
  return sum;
}

/** Whether a sparse row can be held against the points by its own entries alone. */
const usesDots = ({ kind }: Kernel): boolean =>
  kind === 'linear' || kind === 'polynomial' || kind === 'sigmoid' || kind === 'rbf';

type SparseKernel = (
  block: SparseBlock,
  out: Float64Array,
  visit: (row: number, values: Float64Array) => void,
) => void;

/** Products by the entries of a row; distances as ‖x‖² - 2 x·c + ‖c‖². */
function sparseKernel(kernel: Kernel, { rows: points, cols, data }: Matrix): SparseKernel {
  const link = linkOf(kernel);
  const byColumn = new Float64Array(points * cols);
  const norms = new Float64Array(points);
  for (let point = 0; point < points; point++) {
    norms[point] = dot(data, point * cols, data, point * cols, cols);
    for (let col = 0; col < cols; col++) byColumn[col * points + point] = data[point * cols + col]!;
  }
  return (block, out, visit) => {
    forEachSparseRow(block, (row, from, to) => {
      let norm = 0;
      out.fill(0);
      for (let k = from; k < to; k++) {
        const value = block.values[k]!;
        const at = block.indices[k]! * points;
        norm += value * value;
        for (let point = 0; point < points; point++) out[point]! += value * byColumn[at + point]!;
      }
      if (kernel.kind === 'rbf')
        for (let point = 0; point < points; point++)
          out[point] = Math.max(0, norm - 2 * out[point]! + norms[point]!);
      for (let point = 0; point < points; point++) out[point] = link(out[point]!);
      visit(row, out);
    });
  };
}

import type { Kernel, PlainKernel } from '../../model/kernel.ts';
import type { Matrix } from '../../model/tensor.ts';
import { forEachSparseRow, type SparseBlock } from './block.ts';
import { type PointTerm, preparePointSums } from './point-sums/point-sums.ts';

/** k(x, points) of the row whose numbers begin at `from`, written to `out`. */
export type DenseKernel = (x: Float64Array, from: number, out: Float64Array) => void;

/** What a kernel makes of the product or distance of two rows. */
export function linkOf(kernel: PlainKernel): (measure: number) => number {
  switch (kernel.kind) {
    case 'linear':
    case 'cosine':
      return (product) => product;
    case 'additive-chi2':
      return (distance) => -distance;
    case 'polynomial': {
      const { gamma, coef0, degree } = kernel;
      const power = Number.isInteger(degree) && degree >= 0 ? powi : Math.pow;
      return (product) => power(gamma * product + coef0, degree);
    }
    case 'sigmoid':
      return (product) => Math.tanh(kernel.gamma * product + kernel.coef0);
    case 'matern':
      return materns[kernel.order];
    case 'rational-quadratic': {
      const scale = 2 * kernel.alpha * kernel.length ** 2;
      return (squared) => (1 + squared / scale) ** -kernel.alpha;
    }
    case 'exp-sine-squared': {
      const pace = Math.PI / kernel.period;
      return (squared) => Math.exp(-2 * (Math.sin(pace * Math.sqrt(squared)) / kernel.length) ** 2);
    }
    default:
      return (distance) => Math.exp(-kernel.gamma * distance);
  }
}

/** Of squared distances. */
const materns: Readonly<Record<0.5 | 1.5 | 2.5, (squared: number) => number>> = {
  0.5: (squared) => Math.exp(-Math.sqrt(squared)),
  1.5: (squared) => {
    const far = Math.sqrt(squared) * Math.sqrt(3);
    return (1 + far) * Math.exp(-far);
  },
  2.5: (squared) => {
    const far = Math.sqrt(squared) * Math.sqrt(5);
    return (1 + far + far ** 2 / 3) * Math.exp(-far);
  },
};

/** Powers by repeated squaring, as libsvm. */
function powi(base: number, times: number): number {
  let power = 1;
  for (let square = base, left = times; left > 0; left = Math.floor(left / 2), square *= square)
    if (left % 2 === 1) power *= square;
  return power;
}

/** The product or distance of a row and every point. */
export function measureOf(kernel: PlainKernel, points: Matrix): DenseKernel {
  switch (kernel.kind) {
    case 'rbf':
    case 'matern':
    case 'rational-quadratic':
    case 'exp-sine-squared':
      return summed(points, 'squares');
    case 'laplacian':
      return everyPoint(points, absoluteDistance);
    case 'chi2':
    case 'additive-chi2':
      return everyPoint(points, chi2Distance);
    case 'cosine':
      return cosines(points, kernel.negligible);
    default:
      return summed(points, 'products');
  }
}

type Measure = (x: Float64Array, xAt: number, c: Float64Array, cAt: number, length: number) => number;

const everyPoint =
  ({ cols, data }: Matrix, measure: Measure): DenseKernel =>
  (x, from, out) => {
    for (let k = 0, at = 0; k < out.length; k++, at += cols) out[k] = measure(x, from, data, at, cols);
  };

function summed(points: Matrix, term: PointTerm): DenseKernel {
  const sums = preparePointSums(points, term);
  return (x, from, out) => {
    const found = sums(x, from);
    for (let k = 0; k < out.length; k++) out[k] = found[k]!;
  };
}

/** Products of rows divided by their norms. */
function cosines({ rows, cols, data }: Matrix, negligible: number): DenseKernel {
  const unit = Float64Array.from(data);
  for (let at = 0; at < rows * cols; at += cols) {
    const norm = divisorOf(data, at, cols, negligible);
    for (let k = at; k < at + cols; k++) unit[k]! /= norm;
  }
  const products = summed({ rows, cols, data: unit }, 'products');
  const own = new Float64Array(cols);
  return (x, from, out) => {
    const norm = divisorOf(x, from, cols, negligible);
    for (let k = 0; k < cols; k++) own[k] = x[from + k]! / norm;
    products(own, 0, out);
  };
}

/** What `normalize` divides a row by. */
export function divisorOf(x: Float64Array, from: number, cols: number, negligible: number): number {
  const norm = Math.sqrt(dot(x, from, x, from, cols));
  return norm === 0 || norm < negligible ? 1 : norm;
}

/** Two running sums hide some of the latency of addition. */
export function dot(x: Float64Array, xAt: number, c: Float64Array, cAt: number, length: number): number {
  let a = 0;
  let b = 0;
  let k = 0;
  for (; k + 1 < length; k += 2) {
    a += x[xAt + k]! * c[cAt + k]!;
    b += x[xAt + k + 1]! * c[cAt + k + 1]!;
  }
  return k < length ? a + x[xAt + k]! * c[cAt + k]! + b : a + b;
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
export const usesDots = (kernel: Kernel): kernel is PlainKernel =>
  ['linear', 'polynomial', 'sigmoid', 'rbf'].includes(kernel.kind);

export type SparseKernel = (
  block: SparseBlock,
  out: Float64Array,
  visit: (row: number, values: Float64Array) => void,
) => void;

/** Products by the entries of a row; distances as ‖x‖² - 2 x·c + ‖c‖². */
export function sparseKernel(kernel: PlainKernel, { rows: points, cols, data }: Matrix): SparseKernel {
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

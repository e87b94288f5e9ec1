import { type FittedKernel, type Kernel, refusesNegative } from '../../model/kernel.ts';
import type { Matrix } from '../../model/tensor.ts';
import { checkNumbers, createScratch, type DenseBlock, type RowBlock, refuseCell, toDense } from './block.ts';
import { checkWidth } from './evaluator.ts';
import {
  type DenseKernel,
  divisorOf,
  dot,
  linkOf,
  measureOf,
  type SparseKernel,
  sparseKernel,
  usesDots,
} from './kernel-measures.ts';

/** Calls `visit` with each row's k(x, points): the same array every time. */
export type KernelRows = (input: RowBlock, visit: (row: number, values: Float64Array) => void) => void;

/** Makes a kernel ready: rows are checked, then held against all points, one row at a time. */
export function prepareKernelRows({ kernel, points }: FittedKernel, names: readonly string[]): KernelRows {
  const scratch = createScratch();
  const values = new Float64Array(points.rows);
  const dense = denseKernel(kernel, points);
  let sparse: SparseKernel | null = null;
  return (input, visit) => {
    checkWidth(input, points.cols);
    if (input.kind === 'sparse' && usesDots(kernel)) {
      checkNumbers(input, names, 'refused');
      sparse ??= sparseKernel(kernel, points);
      return sparse(input, values, visit);
    }
    const block = toDense(input, names, scratch);
    checkNumbers(block, names, 'refused');
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
  switch (kernel.kind) {
    case 'constant':
      return (_x, _from, out) => void out.fill(kernel.value);
    case 'white':
      return (_x, _from, out) => void out.fill(0);
    case 'scaled':
      return scaledKernel(kernel.of, points, kernel.lengths);
    case 'power': {
      const base = denseKernel(kernel.of, points);
      return (x, from, out) => {
        base(x, from, out);
        for (let k = 0; k < out.length; k++) out[k]! **= kernel.exponent;
      };
    }
    case 'sum':
    case 'product':
      return pairKernel(kernel, points);
    default: {
      const link = linkOf(kernel);
      const measure = measureOf(kernel, points);
      return (x, from, out) => {
        measure(x, from, out);
        for (let k = 0; k < out.length; k++) out[k] = link(out[k]!);
      };
    }
  }
}

function pairKernel(
  { kind, left, right }: Extract<Kernel, { readonly kind: 'sum' | 'product' }>,
  points: Matrix,
): DenseKernel {
  const first = denseKernel(left, points);
  const second = denseKernel(right, points);
  const other = new Float64Array(points.rows);
  return (x, from, out) => {
    first(x, from, out);
    second(x, from, other);
    if (kind === 'sum') for (let k = 0; k < out.length; k++) out[k]! += other[k]!;
    else for (let k = 0; k < out.length; k++) out[k]! *= other[k]!;
  };
}

function scaledKernel(kernel: Kernel, points: Matrix, lengths: Float64Array): DenseKernel {
  const { cols } = points;
  const length = (column: number): number => lengths[lengths.length === 1 ? 0 : column]!;
  const inner = denseKernel(kernel, {
    ...points,
    data: points.data.map((value, k) => value / length(k % cols)),
  });
  const own = new Float64Array(cols);
  return (x, from, out) => {
    for (let k = 0; k < cols; k++) own[k] = x[from + k]! / length(k);
    inner(own, 0, out);
  };
}

/** Makes k(x, x) of every row ready. */
export function prepareOwnKernel(
  { kernel, points }: FittedKernel,
  names: readonly string[],
): (input: RowBlock) => Float64Array {
  const scratch = createScratch();
  const own = ownKernel(kernel, points.cols);
  return (input) => {
    const { rows, cols, data } = toDense(input, names, scratch);
    return Float64Array.from({ length: rows }, (_, row) => own(data, row * cols));
  };
}

/** k(x, x) of the row whose numbers begin at `from`. */
type OwnKernel = (x: Float64Array, from: number) => number;

function ownKernel(kernel: Kernel, cols: number): OwnKernel {
  switch (kernel.kind) {
    case 'constant':
      return () => kernel.value;
    case 'white':
      return () => kernel.noise;
    case 'scaled': {
      const inner = ownKernel(kernel.of, cols);
      const { lengths } = kernel;
      const own = new Float64Array(cols);
      return (x, from) => {
        for (let k = 0; k < cols; k++) own[k] = x[from + k]! / lengths[k % lengths.length]!;
        return inner(own, 0);
      };
    }
    case 'power': {
      const base = ownKernel(kernel.of, cols);
      return (x, from) => base(x, from) ** kernel.exponent;
    }
    case 'sum':
    case 'product': {
      const [left, right] = [ownKernel(kernel.left, cols), ownKernel(kernel.right, cols)];
      return kernel.kind === 'sum'
        ? (x, from) => left(x, from) + right(x, from)
        : (x, from) => left(x, from) * right(x, from);
    }
    default: {
      const link = linkOf(kernel);
      const squaredNorm: OwnKernel = (x, from) => dot(x, from, x, from, cols);
      if (kernel.kind === 'cosine')
        return (x, from) => squaredNorm(x, from) / divisorOf(x, from, cols, kernel.negligible) ** 2;
      if (usesDots(kernel) && kernel.kind !== 'rbf') return (x, from) => link(squaredNorm(x, from));
      return () => link(0);
    }
  }
}

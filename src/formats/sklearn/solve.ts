import type { Matrix } from '../../model/tensor.ts';

/** `left · rightᵀ`: [rows of left, rows of right]. */
export function timesTransposed(left: Matrix, right: Matrix): Matrix {
  const { rows, cols } = left;
  const data = new Float64Array(rows * right.rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < right.rows; j++) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += left.data[i * cols + k]! * right.data[j * cols + k]!;
      data[i * right.rows + j] = sum;
    }
  return { rows, cols: right.rows, data };
}

/**
 * X of `a · X = b` for a symmetric positive definite a `[n, n]` and b `[n, m]`, by its Cholesky factor (Golub, Van Loan,
 * Matrix Computations, 4.2); null where a is not positive definite.
 */
export function solvePositive(a: Matrix, b: Matrix): Matrix | null {
  const factor = choleskyFactor(a);
  if (factor === null) return null;
  const n = a.rows;
  const { cols } = b;
  const data = b.data.slice();
  const subtract = (row: number, other: number, weight: number): void => {
    for (let k = 0; k < cols; k++) data[row * cols + k]! -= weight * data[other * cols + k]!;
  };
  const divide = (row: number): void => {
    for (let k = 0; k < cols; k++) data[row * cols + k]! /= factor[row * n + row]!;
  };
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) subtract(i, j, factor[i * n + j]!);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) subtract(i, j, factor[j * n + i]!);
    divide(i);
  }
  return { rows: n, cols, data };
}

/** Lower triangle L of `a = L · Lᵀ`. */
function choleskyFactor({ rows: n, data }: Matrix): Float64Array | null {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = data[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i === j && !(sum > 0 && Number.isFinite(sum))) return null;
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / factor[j * n + j]!;
    }
  return factor;
}

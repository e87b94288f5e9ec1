/** The little linear algebra that several features at once take. Matrices are rows one after the other. Pure. */
import { elementAt } from '../core/element-at.ts';
import type { Random } from '../core/ports.ts';

/** L⁻¹ of the Cholesky factor of a symmetric positive matrix: xᵀA⁻¹x = |L⁻¹x|². */
export function inverseCholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = elementAt(a, i * n + j);
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / elementAt(l, j * n + j);
    }
  }
  const w = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    w[j * n + j] = 1 / elementAt(l, j * n + j);
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * n + k]! * w[k * n + j]!;
      w[i * n + j] = sum / elementAt(l, i * n + i);
    }
  }
  return w;
}

/** Σ z zᵀ / rows. `z`: `rows` × `n`. */
export function secondMoments(z: Float64Array, rows: number, n: number): Float64Array {
  const a = new Float64Array(n * n);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < n; i++) {
      const x = z[r * n + i]!;
      if (x !== 0) for (let j = 0; j <= i; j++) a[i * n + j]! += x * z[r * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const moment = elementAt(a, i * n + j) / rows;
      a[i * n + j] = moment;
      a[j * n + i] = moment;
    }
  }
  return a;
}

/** The `count` strongest directions of zᵀz/rows, orthonormal, by subspace iteration without the matrix itself. */
export function principalDirections(
  z: Float64Array,
  rows: number,
  n: number,
  count: number,
  random: Random,
): Float64Array[] {
  let basis = Array.from({ length: count }, () =>
    Float64Array.from({ length: n }, () => random.next() - 0.5),
  );
  orthonormalise(basis);
  for (let round = 0; round < 8; round++) {
    const turned = basis.map((direction) => ({ direction, next: new Float64Array(n) }));
    for (let r = 0; r < rows; r++) {
      const row = z.subarray(r * n, (r + 1) * n);
      for (const { direction, next } of turned) addScaled(next, dotProduct(direction, row), row);
    }
    basis = turned.map(({ next }) => next);
    orthonormalise(basis);
  }
  return basis;
}

/** Adds a multiple of another vector: the `axpy` of BLAS. */
function addScaled(target: Float64Array, factor: number, vector: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * vector[i]!;
}

function orthonormalise(basis: readonly Float64Array[]): void {
  basis.forEach((direction, k) => {
    for (const before of basis.slice(0, k)) addScaled(direction, -dotProduct(before, direction), before);
    const norm = Math.sqrt(dotProduct(direction, direction)) || 1;
    direction.set(direction.map((x) => x / norm));
  });
}

/** Four sums beside each other: one alone would wait for every addition. */
export function dotProduct(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

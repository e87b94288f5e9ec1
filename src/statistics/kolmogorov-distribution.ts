/**
 * The law of Kolmogorov's statistic D of one sample of n, by the methods that Simard and L'Ecuyer recommend for each
 * region (J. Stat. Software 39-11, 2011). Pure.
 */
import { elementAt } from '../core/element-at.ts';
import { logBinomial } from './binomial.ts';

/** P(Dₙ > d). */
export function kolmogorovTail(n: number, d: number): number {
  if (Number.isNaN(d) || !(n >= 1)) return Number.NaN;
  const t = n * d;
  if (d >= 1 || t <= 0.5) return d >= 1 ? 0 : 1;
  if (t <= 1) return 1 - Math.exp(logBinomial(n, n, 1) + logFactorialOverPower(n) + n * Math.log(2 * t - 1));
  if (t >= n - 1) return 2 * (1 - d) ** n;
  const square = t * d;
  if (d >= 0.5 || square >= (n <= 140 ? 4 : 2.2))
    return square >= 370 ? 0 : Math.min(1, 2 * smirnovTail(n, d));
  const exact = n <= 140 || (n <= 100_000 && n * d ** 1.5 <= 1.4);
  return Math.min(1, Math.max(0, 1 - (exact ? durbin(n, d) : pelzGood(n, d))));
}

/** log(n! / nⁿ) */
function logFactorialOverPower(n: number): number {
  let sum = 0;
  for (let i = 1; i < n; i++) sum += Math.log(i / n);
  return sum;
}

/** P(D⁺ₙ ≥ d), one-sided: Smirnov's sum of positive terms. */
function smirnovTail(n: number, d: number): number {
  let sum = 0;
  for (let j = Math.floor(n * (1 - d)); j >= 0; j--) {
    const p = d + j / n;
    sum += Math.exp(logBinomial(j, n, p, Math.max(0, (n - j) / n - d))) / p;
  }
  return d * sum;
}

/** P(Dₙ < d) by the power of Durbin's matrix (Marsaglia, Tsang and Wang, J. Stat. Software 8-18, 2003). */
function durbin(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const { values, exponent } = powered(durbinMatrix(size, k - n * d), size, n, k);
  let scale = exponent;
  let p = elementAt(values, (k - 1) * size + k - 1);
  for (let i = 1; i <= n; i++) {
    p *= i / n;
    if (p < SMALL) {
      p /= SMALL;
      scale--;
    }
  }
  return p * SMALL ** -scale;
}

const SMALL = 2 ** -128;

function durbinMatrix(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size);
  const inverse = new Float64Array(size + 1).fill(1); // 1 / i!
  for (let i = 1; i <= size; i++) inverse[i] = elementAt(inverse, i - 1) / i;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= Math.min(i + 1, size - 1); j++) matrix[i * size + j] = elementAt(inverse, i - j + 1);
  }
  for (let i = 0; i < size; i++) {
    const power = h ** (i + 1);
    const corner = i === size - 1 ? Math.max(0, 2 * h - 1) ** size - power : 0;
    const edge = (1 - power + corner) * elementAt(inverse, i + 1);
    matrix[i * size] = edge;
    matrix[(size - 1) * size + size - 1 - i] = edge;
  }
  return matrix;
}

/** The n-th power times SMALL^exponent. */
function powered(matrix: Float64Array, size: number, n: number, k: number) {
  const center = (k - 1) * size + k - 1;
  let base = matrix;
  let baseExponent = 0;
  let values = new Float64Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  let exponent = 0;
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      values = product(values, base, size);
      exponent += baseExponent;
    }
    base = product(base, base, size);
    baseExponent *= 2;
    if (elementAt(base, center) > 1 / SMALL) {
      base = base.map((value) => value * SMALL);
      baseExponent++;
    }
  }
  return { values, exponent };
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) c[i * size + j]! += factor * b[k * size + j]!;
    }
  }
  return c;
}

/** P(Dₙ ≤ d) by the first four terms of the asymptotic series (Pelz and Good, 1976). */
function pelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d;
  const pi2 = Math.PI ** 2;
  if (-pi2 / 8 / z ** 2 < -708) return 0;
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  for (let k = Math.ceil((16 * z) / Math.PI); k >= 1; k--) {
    const [odd0, odd1, odd2, odd3] = oddTerms(z, (2 * k - 1) ** 2);
    const weight = Math.exp((-pi2 * (2 * k - 1) ** 2) / 8 / z ** 2);
    k0 += odd0 * weight;
    k1 += odd1 * weight;
    k2 += odd2 * weight;
    k3 += odd3 * weight;
    const even = Math.exp((-pi2 * k * k) / 2 / z ** 2) * pi2 * k * k;
    k2 -= 2 * z ** 4 * even;
    k3 += 30 * z ** 4 * (3 * z * z - pi2 * k * k) * even;
  }
  const root = Math.sqrt(2 * Math.PI);
  const terms = [
    [k0, z],
    [k1, 6 * z ** 4],
    [k2, 72 * z ** 7],
    [k3, 6480 * z ** 10],
  ] as const;
  return terms.reduce((total, [sum, divisor], i) => total + (root * sum) / divisor / n ** (i / 2), 0);
}

/** Coefficients of K₀ to K₃ for the term of the odd number whose square is `m2`. */
function oddTerms(z: number, m2: number): readonly [number, number, number, number] {
  const z2 = z * z;
  const a = Math.PI ** 2 * m2;
  return [
    1,
    -z2 + a / 4,
    6 * z2 ** 3 + 2 * z2 ** 2 + ((2 * z2 ** 2 - 5 * z2) * a) / 4 + (a ** 2 * (1 - 2 * z2)) / 16,
    -30 * z2 ** 3 -
      90 * z2 ** 4 +
      ((135 * z2 ** 2 - 96 * z2 ** 3) * a) / 4 +
      (a ** 2 * (-60 * z2 + 212 * z2 ** 2)) / 16 +
      (a ** 3 * (5 - 30 * z2)) / 64,
  ];
}

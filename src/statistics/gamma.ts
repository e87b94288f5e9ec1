/** The logarithm of the gamma function and of what is made of it. Pure. */
import { elementAt } from '../core/element-at.ts';

export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Coefficients B₂ₖ / (2k(2k − 1)) of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360] as const;
const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** log Γ(x), x ≥ 0.5, relative error below 1e-14: Lanczos' approximation (g = 7, n = 9), and Stirling's series from 12 on. */
export function logGamma(x: number): number {
  if (x >= 12) return stirling(x);
  const z = x - 1;
  let sum = elementAt(LANCZOS, 0);
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Q(a, x) = Γ(a, x) / Γ(a), the upper regularised incomplete gamma function; keeps its digits where it is tiny. */
function upperGamma(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x)) return Number.NaN;
  if (x <= 0 || x === Infinity) return x <= 0 ? 1 : 0;
  const front = Math.exp(a * Math.log(x) - x - logGammaOf(a));
  return x < a + 1 ? 1 - (front * lowerSeries(a, x)) / a : front * upperFraction(a, x);
}

/** logGamma for all x > 0. */
const logGammaOf = (x: number): number => (x >= 0.5 ? logGamma(x) : logGamma(x + 1) - Math.log(x));

function lowerSeries(a: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 1; n < 100_000 && term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's continued fraction. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 100_000; n++) {
    const step = n * (a - n);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return fraction;
}

/** P(X > x) of the chi-square law. */
export const chiSquareTail = (x: number, degrees: number): number => upperGamma(degrees / 2, x / 2);

function stirling(x: number): number {
  const [a, b, c, d, e, f] = STIRLING;
  const y = 1 / (x * x);
  const series = ((((f * y + e) * y + d) * y + c) * y + b) * y + a;
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_TAU + series / x;
}

/** Student's law and Welch's test: for a comparison whose one look was planned beforehand. Pure. */
import { logGamma } from './gamma.ts';
import type { ArmMean, Interval, Lift } from './moments.ts';

/** P(T ≤ t) with ν degrees of freedom, by the incomplete beta function. */
export function studentCdf(t: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

export function studentQuantile(p: number, degrees: number): number {
  let low = -1e3;
  let high = 1e3;
  for (let i = 0; i < 90; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b) by its continued fraction (Lentz), on the side where it converges fast. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return Math.exp(front) * fraction;
}

const guarded = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);

/** Degrees of freedom of Welch and Satterthwaite. */
export function welchDegrees(candidate: ArmMean, stable: ArmMean): number {
  const c = candidate.variance / candidate.n;
  const s = stable.variance / stable.n;
  return (c + s) ** 2 / (c ** 2 / (candidate.n - 1) + s ** 2 / (stable.n - 1));
}

/** Two-sided interval and p for one planned look; meaningless where one looks more than once. */
export function fixedInterval(
  { estimate, variance }: Lift,
  degrees: number,
  alpha: number,
): Interval & { readonly p: number } {
  const error = Math.sqrt(variance);
  const width = studentQuantile(1 - alpha / 2, degrees) * error;
  const p = 2 * studentCdf(-Math.abs(estimate / error), degrees);
  return { lower: estimate - width, upper: estimate + width, p };
}

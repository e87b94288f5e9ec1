/** The standard normal law. Pure. */

export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/**
 * Φ(z): below 6 by its series around 0 (Marsaglia, J. Stat. Software 11-4, 2004), beyond by the continued fraction of
 * the tail; absolute error below 1e-14.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (Math.abs(z) > 6) return z > 0 ? 1 - upperTail(z) : upperTail(-z);
  let sum = z;
  let term = z;
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 + sum * normalDensity(z);
}

function upperTail(z: number, terms = 60): number {
  let fraction = z;
  for (let k = terms; k > 0; k--) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}

/** P(Z > z), with all its digits however small it is: below 2 by the series of Φ, beyond by the tail's fraction. */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 2) return z < -2 ? 1 - upperTail(-z) : 1 - normalCdf(z);
  return upperTail(z, z < 6 ? 200 : 60);
}

/** Φ⁻¹(p): bisection of Φ to the last bit that matters. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : Number.NaN;
  let low = -40;
  let high = 40;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

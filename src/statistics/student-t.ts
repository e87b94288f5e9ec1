/** Student's law. Pure. */
import { incompleteBeta } from './beta.ts';

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

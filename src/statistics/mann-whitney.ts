/** The rank test of Mann and Whitney. Pure. */
import { elementAt } from '../core/element-at.ts';
import type { TestResult } from './kolmogorov-smirnov.ts';
import { normalTail } from './normal.ts';
import { pooledValues } from './sample-distances.ts';

/** Samples up to this size are judged exactly, where no two values are equal. */
const EXACT_MAX = 8;

/**
 * U of the first of two sorted samples and p, one-sided (`less`: the first tends to be smaller) or two-sided, with the
 * correction for continuity: scipy's `mannwhitneyu`.
 */
export function mannWhitney(x: Float64Array, y: Float64Array, side: 'less' | 'two-sided'): TestResult {
  const [m, n] = [x.length, y.length];
  let rankSum = 0;
  let tieTerm = 0;
  for (const { inX, inY, belowX, belowY } of pooledValues(x, y)) {
    const ties = inX + inY;
    rankSum += inX * (belowX + belowY - (ties - 1) / 2);
    tieTerm += ties ** 3 - ties;
  }
  const statistic = rankSum - (m * (m + 1)) / 2;
  const other = m * n - statistic;
  const extreme = side === 'less' ? other : Math.max(statistic, other);
  const tail =
    Math.min(m, n) <= EXACT_MAX && tieTerm === 0
      ? exactTail(extreme, m, n)
      : normalTail(standardised(extreme, m, n, tieTerm));
  return { statistic, p: Math.min(1, side === 'less' ? tail : 2 * tail) };
}

function standardised(u: number, m: number, n: number, tieTerm: number): number {
  const total = m + n;
  const deviation = Math.sqrt(((m * n) / 12) * (total + 1 - tieTerm / (total * (total - 1))));
  return (u - (m * n) / 2 - 0.5) / deviation;
}

/** P(U ≥ u): the orders by their U are the coefficients of a Gaussian binomial, counted in whole numbers. */
function exactTail(u: number, m: number, n: number): number {
  const [few, many] = [Math.min(m, n), Math.max(m, n)];
  let orders = [1n];
  for (let i = 1; i <= few; i++) orders = divided(multiplied(orders, many + i), i);
  let [tail, all] = [0n, 0n];
  for (const [k, count] of orders.entries()) {
    all += count;
    if (k >= u) tail += count;
  }
  return Number(tail) / Number(all);
}

/** Times 1 − q^power. */
function multiplied(law: readonly bigint[], power: number): bigint[] {
  return Array.from({ length: law.length + power }, (_, k) => (law[k] ?? 0n) - (law[k - power] ?? 0n));
}

/** Divided by 1 − q^power, which leaves no remainder. */
function divided(law: readonly bigint[], power: number): bigint[] {
  const quotient = [...law];
  for (let k = power; k < quotient.length; k++)
    quotient[k] = elementAt(quotient, k) + elementAt(quotient, k - power);
  return quotient.slice(0, quotient.length - power);
}

/** Tests on counts. Pure. */
import { elementAt } from '../core/element-at.ts';
import { logHypergeometric } from './binomial.ts';
import { chiSquareTail } from './gamma.ts';
import type { TestResult } from './kolmogorov-smirnov.ts';
import { sum } from './sum.ts';

/**
 * Pearson's Σ (observed − expected)² / expected, or the likelihood ratio G; infinite where nothing was expected.
 * Of one bin p is not defined (NaN).
 */
export function goodnessOfFit(
  observed: readonly number[],
  expected: readonly number[],
  measure: 'pearson' | 'g' = 'pearson',
): TestResult {
  const statistic = sum(
    observed.map((count, i) => {
      if (measure === 'pearson') return (count - elementAt(expected, i)) ** 2 / elementAt(expected, i);
      return count === 0 ? 0 : 2 * count * Math.log(count / elementAt(expected, i));
    }),
  );
  return { statistic, p: observed.length < 2 ? Number.NaN : chiSquareTail(statistic, observed.length - 1) };
}

/**
 * The test that two rows of counts are of one law; Yates' correction where there are two columns. Columns without any
 * count must have been left out. scipy's `chi2_contingency`.
 */
export function contingencyTest(
  x: readonly number[],
  y: readonly number[],
): TestResult & { readonly degrees: number } {
  const degrees = x.length - 1;
  if (degrees < 1) return { statistic: 0, p: 1, degrees: 0 };
  const [m, n] = [sum(x), sum(y)];
  const cells = [x, y].flatMap((row, i) =>
    row.map((count, j) => {
      const expected = ((i === 0 ? m : n) * (elementAt(x, j) + elementAt(y, j))) / (m + n);
      const gap = Math.abs(count - expected);
      return (degrees === 1 ? gap - Math.min(0.5, gap) : gap) ** 2 / expected;
    }),
  );
  const statistic = sum(cells);
  return { statistic, p: chiSquareTail(statistic, degrees), degrees };
}

/** Probabilities that differ by less are taken as equal, as scipy does. */
const EQUAL = 1e-14;

/** Fisher's exact test of the table [[a, b], [c, d]], two-sided: all tables that are no likelier than this one. */
export function fisherExact(a: number, b: number, c: number, d: number): number {
  const [row, column, total] = [a + b, a + c, a + b + c + d];
  if (row === 0 || column === 0 || row === total || column === total) return 1;
  const observed = Math.exp(logHypergeometric(a, total, row, column));
  let p = 0;
  for (let k = Math.max(0, row + column - total); k <= Math.min(row, column); k++) {
    const probability = Math.exp(logHypergeometric(k, total, row, column));
    if (probability <= observed * (1 + EQUAL)) p += probability;
  }
  return Math.min(1, p);
}

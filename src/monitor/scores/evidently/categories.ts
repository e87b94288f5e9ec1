/** Evidently's tests and distances of categories, and of numbers of few values. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import { fisherExact, goodnessOfFit } from '../../../statistics/contingency.ts';
import {
  bhattacharyya,
  jensenShannon,
  kullbackLeibler,
  populationStabilityIndex,
} from '../../../statistics/divergences.ts';
import { normalTail } from '../../../statistics/normal.ts';
import { type ScoreMethods, ScoreUnavailable, type ScoreValue } from '../library-scores.ts';
import { type ContingencyTable, compareCategories } from '../sample-column.ts';
import { fillZeroShares, rowShares } from './bin-shares.ts';

export function categoryMethods(table: ContingencyTable): ScoreMethods {
  const shares = rowShares(table.reference, table.current);
  const [reference, current] = [fillZeroShares(shares.reference), fillZeroShares(shares.current)];
  return {
    psi: () => populationStabilityIndex(reference, current),
    js: () => jensenShannon(shares.reference, shares.current),
    kl: () => kullbackLeibler(reference, current),
    hellinger: () => Math.sqrt(1 - Math.min(1, bhattacharyya(shares.reference, shares.current))),
    ...countTests(table),
    g: () => likelihoodRatio(table),
    fisher: () => fisher(table),
  };
}

/** The two tests that are also chosen for numbers of few values. */
export const countTests = (table: ContingencyTable): ScoreMethods => ({
  chi2: () => chiSquare(table),
  z: () => zTest(table),
});

/** Goodness of fit to the reference as if it were the truth; what the reference has not makes p = 0. */
function chiSquare({ reference, current }: ContingencyTable): ScoreValue {
  const scale = total(current) / total(reference);
  return goodnessOfFit(
    current,
    reference.map((count) => count * scale),
  );
}

/** Sums that differ relatively by more are refused by scipy, which Evidently calls without scaling. */
const SUMS_DIFFER = Math.sqrt(2 ** -52);

function likelihoodRatio({ reference, current }: ContingencyTable): ScoreValue | ScoreUnavailable {
  const [m, n] = [total(reference), total(current)];
  if (Math.abs(m - n) / Math.min(m, n) > SUMS_DIFFER) {
    return new ScoreUnavailable(`it takes two samples of equal size, these are of ${m} and ${n}`);
  }
  return goodnessOfFit(current, reference, 'g');
}

/** Pooled test of two proportions: the first key in sorted order against the rest. */
function zTest({ keys, reference, current }: ContingencyTable): ScoreValue {
  if (keys.length === 1) return { statistic: 0, p: 1 };
  let first = 0;
  keys.forEach((key, i) => {
    if (compareCategories(key, elementAt(keys, first)) < 0) first = i;
  });
  const [m, n] = [total(reference), total(current)];
  const [p, q] = [(m - elementAt(reference, first)) / m, (n - elementAt(current, first)) / n];
  const pooled = (p * m + q * n) / (m + n);
  const statistic = (p - q) / Math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n));
  // By the distribution function, not its tail: below 1e-16 Evidently has p = 0.
  return { statistic, p: 2 * (1 - (1 - normalTail(Math.abs(statistic)))) };
}

function fisher({ keys, reference, current }: ContingencyTable): ScoreValue | ScoreUnavailable {
  const [m, n] = [total(reference), total(current)];
  if (m !== n) return new ScoreUnavailable(`it takes two samples of equal size, these are of ${m} and ${n}`);
  if (keys.length > 2) return new ScoreUnavailable(`it takes two categories, there are ${keys.length}`);
  const [ones, others] = [elementAt(reference, 0), elementAt(current, 0)];
  return { statistic: ones / m - others / n, p: fisherExact(others, n - others, ones, m - ones) };
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** L-infinity distances as deequ and SageMaker Model Monitor define them: over exact counts, not a sketch. Pure. */

import { lInfinityDistance } from '../../statistics/divergences.ts';
import { kolmogorovSmirnovDistance, sorted } from '../../statistics/sample-distances.ts';
import { allUnavailable, type LibraryScores, runMethods } from './library-scores.ts';
import { type ColumnPair, contingencyTable, countCategories, presentNumbers } from './sample-column.ts';

const NAMES = ['l_infinity', 'l_infinity_robust'] as const;
/** deequ's c(α) where no α is given; c(α) = √(−ln(α/2)/2), so α is about 0.003. */
const CRITICAL = 1.8;
/** `comparison_threshold` and `comparison_method` of a generated baseline: Robust. */
const THRESHOLD = 0.1;

/** The distance less what chance alone explains in samples of `m` and `n`. */
export const robust = (distance: number, m: number, n: number): number =>
  Math.max(0, distance - CRITICAL * Math.sqrt((m + n) / (m * n)));

export function deequScores(pair: ColumnPair): LibraryScores {
  const { distance, m, n } = distanceOf(pair);
  if (m === 0 || n === 0)
    return allUnavailable(NAMES, `the ${m === 0 ? 'reference' : 'current'} column has no value`);
  const { scores, reasons } = runMethods({
    l_infinity: () => distance,
    l_infinity_robust: () => robust(distance, m, n),
  });
  const score = robust(distance, m, n);
  return {
    scores,
    reasons,
    default: { method: 'l_infinity_robust', score, threshold: THRESHOLD, drift: score > THRESHOLD },
  };
}

/** The greatest difference of distribution functions, or of shares; and how many values there are. */
function distanceOf({ reference, current }: ColumnPair): { distance: number; m: number; n: number } {
  if (reference.kind === 'number' && current.kind === 'number') {
    const [x, y] = [presentNumbers(reference.values), presentNumbers(current.values)];
    return { distance: kolmogorovSmirnovDistance(sorted(x), sorted(y)), m: x.length, n: y.length };
  }
  const table = contingencyTable(
    countCategories<string | number>(reference.kind === 'category' ? reference.values : []),
    countCategories<string | number>(current.kind === 'category' ? current.values : []),
  );
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const [m, n] = [total(table.reference), total(table.current)];
  const shares = (counts: readonly number[], sum: number): number[] => counts.map((count) => count / sum);
  return { distance: lInfinityDistance(shares(table.reference, m), shares(table.current, n)), m, n };
}

import type { CtrColumn, CtrTable } from '../../../model/catboost.ts';

/** The value of a CTR for a row of its table; -1 is what is not in it. */
export function ctrValue(ctr: CtrColumn, table: CtrTable, row: number): number {
  const { good, total } = countsOf(ctr, table, row);
  const { fround } = Math;
  const above = fround(fround(good) + ctr.priorNumerator);
  const below = fround(fround(total) + ctr.priorDenominator);
  return fround(fround(fround(above / below) + ctr.shift) * ctr.scale);
}

function countsOf(
  { type, target }: CtrColumn,
  { counts, classes, sums, denominator }: CtrTable,
  row: number,
): { readonly good: number; readonly total: number } {
  const isCounter = type === 'Counter' || type === 'FeatureFreq';
  if (row < 0) return { good: 0, total: isCounter ? denominator : 0 };
  const from = row * classes;
  if (isCounter) return { good: counts[from] ?? 0, total: denominator };
  if (sums !== null) return { good: sums[row] ?? 0, total: counts[row] ?? 0 };
  let good = 0;
  let total = 0;
  for (const [i, count] of counts.subarray(from, from + classes).entries()) {
    total += count;
    if (type === 'Buckets' ? i === target : i > target) good += count;
  }
  return { good, total };
}

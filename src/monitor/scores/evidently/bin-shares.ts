/** How Evidently puts a column into bins: `get_binned_data` and what Hellinger's distance does instead. Pure. */
import { binEdges, histogram } from '../../../statistics/bin-edges.ts';
import { contingencyTable, countCategories } from '../sample-column.ts';

/** Numbers of at most so many different values in the reference get a bin each. */
const VALUES_MAX = 20;

export interface BinShares {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Finite numbers of both files. */
export interface NumericSamples {
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** Both columns are of integers without a missing value. */
  readonly integers: boolean;
}

/** Shares of rows in each bin: Sturges' bins over both files together, or a bin a value. */
export function numberShares(numbers: NumericSamples): BinShares {
  const { reference, current, integers } = numbers;
  if (new Set(reference).size <= VALUES_MAX) {
    const table = contingencyTable(countCategories(reference), countCategories(current));
    return rowShares(table.reference, table.current);
  }
  const both = new Float64Array(reference.length + current.length);
  both.set(reference);
  both.set(current, reference.length);
  const edges = binEdges(both, 'sturges', integers);
  return rowShares([...histogram(reference, edges)], [...histogram(current, edges)]);
}

/** Shares of the number of rows, which is the sum of the counts. */
export function rowShares(reference: readonly number[], current: readonly number[]): BinShares {
  return { reference: overTotal(reference), current: overTotal(current) };
}

function overTotal(counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

/** A share that stands for nothing, unless the least other share is no greater. */
const FILL = 0.0001;

/** Zeros replaced: by 0.0001, or by a millionth of the least other share where that is not above 0.0001. */
export function fillZeroShares(shares: readonly number[]): readonly number[] {
  const least = shares.reduce((low, share) => (share === 0 ? low : Math.min(low, share)), 1);
  const fill = least <= FILL ? least / 10 ** 6 : FILL;
  return shares.map((share) => (share === 0 ? fill : share));
}

/** Counts of Hellinger's distance: Sturges' bins over the *different* values of both files. */
export function hellingerShares({ reference, current, integers }: NumericSamples): BinShares {
  const different = Float64Array.from(new Set([...reference, ...current]));
  const edges = binEdges(different, 'sturges', integers);
  return rowShares([...histogram(reference, edges)], [...histogram(current, edges)]);
}

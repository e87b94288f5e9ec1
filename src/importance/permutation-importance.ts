import type { ColumnBatch } from '../model/batch.ts';
import { MersenneTwister } from '../statistics/mersenne-twister.ts';
import { mean, populationStandardDeviation } from '../statistics/sum.ts';
import { columnCells, copyOf, reordered, withColumn } from './batch-columns.ts';

/** How often each column is shuffled, and by what. */
export interface PermutationChoice {
  readonly repeats: number;
  /** `random_state` of scikit-learn, from 0 below 2³². */
  readonly seed: number;
  /** Told of each column that is done. */
  readonly onColumn?: (column: number) => void;
}

/** By how much the score of a model falls where the cells of a column are in another order. */
export interface PermutationImportance {
  /** The score of the rows as they are. */
  readonly baseline: number;
  /** `[column][repeat]` */
  readonly importances: readonly Float64Array[];
  readonly mean: Float64Array;
  /** Over the repeats, as numpy's `std`. */
  readonly standardDeviation: Float64Array;
}

/**
 * Permutation importance (Breiman, Machine Learning 45, 2001), in the very permutations of scikit-learn's `permutation_importance`
 * with `random_state=seed`: each column begins with the same generator, and each repeat shuffles what the one before it left.
 */
export async function permutationImportance(
  batch: ColumnBatch,
  columns: number,
  score: (batch: ColumnBatch) => Promise<number>,
  { repeats, seed, onColumn }: PermutationChoice,
): Promise<PermutationImportance> {
  const baseline = await score(batch);
  // numpy draws a whole number below 2³¹ from one word.
  const columnSeed = MersenneTwister.fromSeed(seed).next() & 0x7fffffff;
  const own = copyOf(batch);
  const importances: Float64Array[] = [];
  for (let column = 0; column < columns; column++) {
    const random = MersenneTwister.fromSeed(columnSeed);
    const order = Uint32Array.from({ length: batch.rows }, (_, row) => row);
    const found = new Float64Array(repeats);
    let cells = columnCells(batch, column);
    for (let repeat = 0; repeat < repeats; repeat++) {
      random.shuffle(order);
      cells = reordered(cells, order);
      found[repeat] = baseline - (await score(withColumn(own, column, cells)));
    }
    withColumn(own, column, columnCells(batch, column));
    importances.push(found);
    onColumn?.(column);
  }
  return {
    ...{ baseline, importances },
    mean: Float64Array.from(importances, mean),
    standardDeviation: Float64Array.from(importances, populationStandardDeviation),
  };
}

/** Whose labels would tell most: requests without one, those first that would make the interval of the metric narrower. Pure. */
import { type Estimator, expected } from '../estimate/estimator.ts';
import type { BinaryRows, MulticlassRows } from '../metrics/rows.ts';

/** How unsure the estimate is of each row: the variance of its label, by its chances. */
export function uncertainty(rows: BinaryRows | MulticlassRows): Float64Array {
  if (rows.task === 'binary') return rows.truth.map((t) => t * (1 - t));
  const k = rows.classes.length;
  return Float64Array.from(rows.weight, (_, i) => {
    let squares = 0;
    for (let j = 0; j < k; j++) squares += Number(rows.truth[i * k + j]) ** 2;
    return 1 - squares;
  });
}

/**
 * The `k` rows that add most to the variance of the metric: weight² · ψ² of the row's expected influence and the variance of
 * its label (Neyman's allocation: ask where weight and deviation are greatest). Indices, the most telling first.
 */
export function worthAsking(
  estimator: Estimator,
  rows: BinaryRows | MulticlassRows,
  chances: BinaryRows | MulticlassRows,
  k: number,
): readonly number[] {
  const { influence } = expected(estimator, { rows, features: [] });
  const unsure = uncertainty(chances);
  const worth = unsure.map((u, i) => rows.weight[i]! * (Math.sqrt(u) + Math.abs(influence?.[i] ?? 0) * u));
  return Array.from(worth, (_, i) => i)
    .sort((a, b) => worth[b]! - worth[a]! || a - b)
    .slice(0, k);
}

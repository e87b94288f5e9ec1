/** Whose labels would tell most: requests without one, those first that would make the interval of the metric narrower. Pure. */

import { elementAt } from '../../../core/element-at.ts';
import type { AccuracyEstimator } from '../estimate/accuracy-estimator.ts';
import { metricNamed } from '../metrics/accuracy-metrics.ts';
import type { BinaryRows, MulticlassRows } from '../metrics/metric-rows.ts';

/** How unsure the label of each row is: its variance, by the chances of the classes. */
function uncertainty(rows: BinaryRows | MulticlassRows): Float64Array {
  if (rows.task === 'binary') return rows.truth.map((t) => t * (1 - t));
  const k = rows.classes.length;
  return Float64Array.from(rows.weight, (_, i) => {
    let squares = 0;
    for (let j = 0; j < k; j++) squares += Number(rows.truth[i * k + j]) ** 2;
    return 1 - squares;
  });
}

/**
 * The `k` rows that add most to the variance of the metric: by weight, standard deviation of the label and how far the row
 * sways what is expected (Neyman's allocation: ask where weight and deviation are greatest). `rows` have chances for truth;
 * the answer is indices, the most telling first.
 */
export function selectForLabelling(
  { metric }: Pick<AccuracyEstimator, 'metric'>,
  rows: BinaryRows | MulticlassRows,
  k: number,
): readonly number[] {
  const { influence } = metricNamed(rows.task, metric).measure(rows);
  const worth = uncertainty(rows).map(
    (u, i) => elementAt(rows.weight, i) * Math.sqrt(u) * (1 + Math.abs(influence?.[i] ?? 0)),
  );
  return Array.from(worth, (_, i) => i)
    .sort((a, b) => elementAt(worth, b) - elementAt(worth, a) || a - b)
    .slice(0, k);
}

/** What accuracy is compared with: the metric of labelled rows that stand for how it should be, and an estimator of it. Pure. */
import type { ReferenceMetric } from './decay.ts';
import { type Estimator, fitEstimator } from './estimate/estimator.ts';
import type { Read } from './inputs.ts';
import type { Reading } from './labels/rows-of.ts';
import { type KeptLosses, keepLosses } from './losses.ts';
import { metricOf } from './metrics/all.ts';
import { variance } from './metrics/measured.ts';
import { rowCount, takeRows } from './metrics/rows.ts';

/** Plain data, kept by endpoint and version. */
export interface AccuracyReference extends ReferenceMetric {
  readonly schema: 1;
  readonly reading: Reading;
  readonly rows: number;
  /** `traffic`: the first cohorts of the version whose labels came. */
  readonly source: 'file' | 'traffic';
  /**
   * Nobody has said that the model was not trained on these rows: estimates are made of them until there is traffic to make
   * them of, but nothing that is worse is called decay.
   */
  readonly isPresumed: boolean;
  /** Cohorts that begin before it are the reference themselves and are not compared with it. */
  readonly until: number;
  readonly estimator: Estimator | null;
  readonly losses: KeptLosses | null;
}

/**
 * `periods`: number of the period of each row, of about as much time as a cohort has. Null where the metric cannot be taken
 * (no rows, or of one class).
 */
export function accuracyReference(
  read: Read,
  periods: Int32Array,
  reading: Reading,
  about: Pick<AccuracyReference, 'source' | 'isPresumed' | 'until'> & { readonly estimate: boolean },
): AccuracyReference | null {
  const metric = metricOf(reading.task, reading.metric);
  if (metric === null || rowCount(read.rows) === 0) return null;
  const measured = metric.measure(read.rows);
  if (!Number.isFinite(measured.value)) return null;
  const of = (period: number) => {
    const rows = [...periods.keys()].filter((i) => periods[i] === period);
    const part = takeRows(read.rows, rows);
    const { value, influence, size } = metric.measure(part);
    return { value, variance: variance({ value, influence, size }, part.weight) };
  };
  const parts = [...new Set(periods)].map(of).filter(({ value }) => Number.isFinite(value));
  const error = Math.sqrt(variance(measured, read.rows.weight));
  return {
    schema: 1,
    reading,
    value: measured.value,
    error: Number.isFinite(error) ? error : 0,
    spread: spreadOf(parts),
    rows: rowCount(read.rows),
    source: about.source,
    isPresumed: about.isPresumed,
    until: about.until,
    estimator: about.estimate ? fitEstimator(read, periods, reading.metric) : null,
    losses: keepLosses(read),
  };
}

/** Standard deviation between periods, less what the rows of each explain (method of moments). */
function spreadOf(parts: readonly { readonly value: number; readonly variance: number }[]): number {
  const n = parts.length;
  if (n < 2) return 0;
  const mean = parts.reduce((sum, { value }) => sum + value, 0) / n;
  const between = parts.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (n - 1);
  const within =
    parts.reduce((sum, part) => sum + (Number.isFinite(part.variance) ? part.variance : 0), 0) / n;
  return Math.sqrt(Math.max(0, between - within));
}

/** What accuracy is compared with: the metric of labelled rows that stand for how it should be, and an estimator of it. Pure. */
import type { ReferenceMetric } from './accuracy-decay.ts';
import type { AccuracyRows } from './accuracy-rows.ts';
import { type AccuracyEstimator, fitEstimator } from './estimate/accuracy-estimator.ts';
import type { AnswerSchema } from './labels/answer-schema.ts';
import { findMetric } from './metrics/accuracy-metrics.ts';
import { measurementVariance } from './metrics/metric-measurement.ts';
import { rowCount, selectRows } from './metrics/metric-rows.ts';
import { type ReferenceLosses, referenceLosses } from './reference-losses.ts';

/** Plain data, kept by endpoint and version. */
export interface AccuracyReference extends ReferenceMetric {
  readonly schema: 1;
  readonly reading: AnswerSchema;
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
  readonly estimator: AccuracyEstimator | null;
  readonly losses: ReferenceLosses | null;
}

/**
 * `periods`: number of the period of each row, of about as much time as a cohort has. Null where the metric cannot be taken
 * (no rows, or of one class).
 */
export function accuracyReference(
  read: AccuracyRows,
  periods: Int32Array,
  reading: AnswerSchema,
  about: Pick<AccuracyReference, 'source' | 'isPresumed' | 'until'> & { readonly estimate: boolean },
): AccuracyReference | null {
  const metric = findMetric(reading.task, reading.metric);
  if (metric === null || rowCount(read.rows) === 0) return null;
  const measured = metric.measure(read.rows);
  if (!Number.isFinite(measured.value)) return null;
  const of = (period: number) => {
    const rows = [...periods.keys()].filter((i) => periods[i] === period);
    const part = selectRows(read.rows, rows);
    const { value, influence, size } = metric.measure(part);
    return { value, variance: measurementVariance({ value, influence, size }, part.weight) };
  };
  const parts = [...new Set(periods)].map(of).filter(({ value }) => Number.isFinite(value));
  const error = Math.sqrt(measurementVariance(measured, read.rows.weight));
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
    losses: referenceLosses(read),
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

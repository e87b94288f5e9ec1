/** Confidence intervals of metrics. Pure. */
import type { Random } from '../../../core/ports.ts';
import { randomIndex, seededRandom } from '../../../core/random.ts';
import type { ConfidenceInterval } from '../../../statistics/confidence-interval.ts';
import { normalQuantile } from '../../../statistics/normal.ts';
import { type MetricMeasurement, measurementVariance } from './metric-measurement.ts';
import { type MetricRows, rowCount, selectRows } from './metric-rows.ts';

/** Bounds a metric cannot leave. */
export type MetricRange = readonly [low: number, high: number];

const UNKNOWN_INTERVAL: ConfidenceInterval = { lower: Number.NaN, upper: Number.NaN };

const quantileOf = (level: number): number => normalQuantile(0.5 + level / 2);

/**
 * Wilson's interval of a share, with as many draws as would have the variance that the influences have: rows of unequal
 * weight, and ratios of random denominators, are worth fewer. At 0 and 1, where influences vanish, `size` says how many.
 */
function wilson(value: number, varianceOf: number, size: number, level: number): ConfidenceInterval {
  if (Number.isNaN(value) || size === 0) return UNKNOWN_INTERVAL;
  const spread = value * (1 - value);
  const n = spread > 0 && varianceOf > 0 ? Math.min(size, spread / varianceOf) : size;
  const z = quantileOf(level);
  const centre = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt(spread / n + (z * z) / (4 * n * n));
  return { lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
}

/** θ ± z σ; between bounds on the logit scale, so that it never leaves them. */
export function deltaInterval(
  value: number,
  varianceOf: number,
  [low, high]: MetricRange,
  level: number,
): ConfidenceInterval {
  if (Number.isNaN(value) || Number.isNaN(varianceOf)) return UNKNOWN_INTERVAL;
  const half = quantileOf(level) * Math.sqrt(varianceOf);
  if (!Number.isFinite(high) || !Number.isFinite(low) || value <= low || value >= high)
    return { lower: Math.max(low, value - half), upper: Math.min(high, value + half) };
  const width = high - low;
  const share = (value - low) / width;
  const centre = Math.log(share / (1 - share));
  const slope = 1 / (share * (1 - share) * width);
  const at = (shift: number): number => low + width / (1 + Math.exp(-(centre + shift * slope)));
  return { lower: at(-half), upper: at(half) };
}

/** Resamples of the bootstrap, and rows that are drawn at most for one. */
const RESAMPLES = 200;
const RESAMPLED_MAX = 20_000;

/**
 * Basic limits by resampling rows (whole requests of a ranking stay rows there, which have influences): normal limits with
 * the deviation of the resampled metric, which few resamples tell well. Of many rows fewer are drawn, and the deviation is
 * scaled by the root of their number. The same rows and seed give the same interval.
 */
function bootstrap<R extends MetricRows>(
  rows: R,
  measure: (rows: R) => MetricMeasurement,
  range: MetricRange,
  level: number,
  seed: number,
): ConfidenceInterval {
  const deviation = bootstrapDeviation(rows, measure, seededRandom(seed));
  return deltaInterval(measure(rows).value, deviation ** 2, range, level);
}

function bootstrapDeviation<R extends MetricRows>(
  rows: R,
  measure: (rows: R) => MetricMeasurement,
  random: Random,
): number {
  const n = rowCount(rows);
  if (n < 2) return Number.NaN;
  const drawn = new Int32Array(Math.min(n, RESAMPLED_MAX));
  const values: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    for (let j = 0; j < drawn.length; j++) drawn[j] = randomIndex(random, n);
    const { value } = measure(selectRows(rows, drawn));
    if (Number.isFinite(value)) values.push(value);
  }
  if (values.length < RESAMPLES / 2) return Number.NaN;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1)) * Math.sqrt(drawn.length / n);
}

/** By influences where there are some, else by resampling. */
export function metricInterval<R extends MetricRows>(
  rows: R,
  measure: (rows: R) => MetricMeasurement,
  measured: MetricMeasurement,
  { range, share, level, seed }: { range: MetricRange; share: boolean; level: number; seed: number },
): ConfidenceInterval {
  if (Number.isNaN(measured.value)) return UNKNOWN_INTERVAL;
  const varianceOf = measurementVariance(measured, rows.weight);
  const { value, size } = measured;
  // At a bound of a share influences vanish, whatever the size.
  const isAtBound = range[1] === 1 && range[0] === 0 && (value === 0 || value === 1);
  if ((share || isAtBound) && size !== null) return wilson(value, varianceOf, size, level);
  if (measured.influence !== null) return deltaInterval(measured.value, varianceOf, range, level);
  return bootstrap(rows, measure, range, level, seed);
}

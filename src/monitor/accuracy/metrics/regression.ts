/** Metrics of numbers. Pure. */
import { zipWith } from '../../../core/vector.ts';
import {
  type MetricMeasurement,
  transformMeasurement,
  UNKNOWN_MEASUREMENT,
  weightedMean,
} from './metric-measurement.ts';
import type { RegressionRows } from './metric-rows.ts';

const errors = (
  { truth, predicted }: RegressionRows,
  of: (error: number, truth: number) => number,
): Float64Array => zipWith(truth, predicted, (t, p) => of(p - t, t));

export const mae = (rows: RegressionRows): MetricMeasurement =>
  weightedMean(errors(rows, Math.abs), rows.weight);

export const mse = (rows: RegressionRows): MetricMeasurement =>
  weightedMean(
    errors(rows, (e) => e * e),
    rows.weight,
  );

export const rmse = (rows: RegressionRows): MetricMeasurement =>
  transformMeasurement(mse(rows), Math.sqrt, (x) => (x > 0 ? 0.5 / Math.sqrt(x) : 0));

/** Mean of |error| / max(|truth|, 2⁻⁵²), as scikit-learn has it: 0.1 is ten percent. */
export const mape = (rows: RegressionRows): MetricMeasurement =>
  weightedMean(
    errors(rows, (e, t) => Math.abs(e) / Math.max(Math.abs(t), 2 ** -52)),
    rows.weight,
  );

/** Mean of predicted − true. */
export const bias = (rows: RegressionRows): MetricMeasurement =>
  weightedMean(
    errors(rows, (e) => e),
    rows.weight,
  );

/** 1 − Σ error² / Σ (truth − mean)²; NaN where the truth does not vary. */
export function r2(rows: RegressionRows): MetricMeasurement {
  const { truth, weight } = rows;
  const mean = weightedMean(truth, weight).value;
  const spreads = truth.map((t) => (t - mean) ** 2);
  const squares = errors(rows, (e) => e * e);
  const [spread, square] = [weightedMean(spreads, weight).value, weightedMean(squares, weight).value];
  if (!(spread > 0)) return UNKNOWN_MEASUREMENT;
  // The mean is a least-squares fit: that it is estimated too does not count at first order.
  return {
    value: 1 - square / spread,
    influence: zipWith(
      squares,
      spreads,
      (s, d) => -(s - square) / spread + (square * (d - spread)) / spread ** 2,
    ),
    size: null,
  };
}

/**
 * How far off an estimate may be, from how far off it was: residuals (realised − estimated) of periods that were left out
 * when it was made, of the reference and of later cohorts whose labels have come. Pure.
 */
import { elementAt } from '../../../core/element-at.ts';
import { normalQuantile } from '../../../statistics/normal.ts';
import type { MetricRange } from '../metrics/metric-interval.ts';

export interface EstimateResidual {
  /** Realised − estimated. */
  readonly value: number;
  /** Rows of equal weight that it rests on. */
  readonly size: number;
}

export interface ErrorBand {
  readonly lower: number;
  readonly upper: number;
  /** Share of periods that lie inside it if this one is like those before: below what was wanted where these are few. */
  readonly level: number;
  /** Periods that it rests on. */
  readonly periods: number;
}

/** Fewer periods say nothing. */
const PERIODS_MIN = 3;

/**
 * Symmetric band by the rank of absolute residuals (split conformal prediction, Vovk et al. 2005, over periods instead of
 * rows): with n of them, the ⌈(n+1)·level⌉-th smallest, at most the greatest, whose level is n/(n+1). A period of fewer rows
 * than those before varies more: `rowVariance`, the variance of one row's influence, is added for that.
 */
export function residualBand(
  estimate: number,
  residuals: readonly EstimateResidual[],
  {
    range,
    rowVariance,
    size,
    level,
  }: { range: MetricRange; rowVariance: number; size: number; level: number },
): ErrorBand | null {
  const n = residuals.length;
  if (n < PERIODS_MIN || !Number.isFinite(estimate)) return null;
  const z = normalQuantile(0.5 + level / 2);
  const distances = residuals
    .map((residual) => widened(Math.abs(residual.value), residual.size))
    .sort((a, b) => a - b);
  const rank = Math.min(n, Math.ceil((n + 1) * level - 1e-9));
  const half = elementAt(distances, rank - 1);
  return {
    lower: Math.max(range[0], estimate - half),
    upper: Math.min(range[1], estimate + half),
    level: Math.min(level, n / (n + 1)),
    periods: n,
  };

  function widened(distance: number, rows: number): number {
    const extra = Number.isFinite(rowVariance) ? rowVariance * (1 / size - 1 / rows) : 0;
    return Math.sqrt(distance ** 2 + z ** 2 * Math.max(0, extra));
  }
}

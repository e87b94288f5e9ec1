/** From scores to chances: isotonic regression on reference rows, one a class; kept as plain data. Pure. */
import { take } from '../../../core/vector.ts';
import { interpolate, isotonicFit } from '../../../statistics/isotonic.ts';

/** Knots between which chances are joined by straight lines. */
export interface CalibrationCurve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Null: the rows cannot tell, or scores are chances already. */
export function calibrationCurve(
  score: Float64Array,
  truth: Float64Array,
  weight: Float64Array,
  rows: ArrayLike<number>,
): CalibrationCurve | null {
  const fit = isotonicFit(take(score, rows), take(truth, rows), take(weight, rows));
  return fit === null ? null : { x: [...fit.x], y: [...fit.y] };
}

/** The chance of a score, constant beyond the outermost knots; the score itself, kept in [0, 1], without a curve. */
export function calibratedProbability(curve: CalibrationCurve | null, score: number): number {
  if (curve === null) return Math.min(1, Math.max(0, score));
  return interpolate(curve.x, curve.y, Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score);
}

/** Chances of each class, from curves of each, so that they add up to 1 (all alike where all are 0). Row after row. */
export function calibratedProbabilities(
  curves: readonly (CalibrationCurve | null)[],
  probabilities: Float64Array,
  classes: number,
): Float64Array {
  const chances = new Float64Array(probabilities.length);
  for (let row = 0; row < chances.length; row += classes) {
    const own = probabilities
      .subarray(row, row + classes)
      .map((p, k) => calibratedProbability(curves[k] ?? null, p));
    const sum = own.reduce((total, chance) => total + chance, 0);
    chances.set(
      own.map((chance) => (sum > 0 ? chance / sum : 1 / classes)),
      row,
    );
  }
  return chances;
}

/** From scores to chances: isotonic regression on reference rows, one a class; kept as plain data. Pure. */
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
  const at = (column: Float64Array): Float64Array => Float64Array.from(rows, (i) => column[i]!);
  const fit = isotonicFit(at(score), at(truth), at(weight));
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
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const chance = calibratedProbability(curves[k] ?? null, probabilities[row + k]!);
      chances[row + k] = chance;
      sum += chance;
    }
    for (let k = 0; k < classes; k++) chances[row + k] = sum > 0 ? chances[row + k]! / sum : 1 / classes;
  }
  return chances;
}

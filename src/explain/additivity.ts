import { PlimsollError } from '../core/errors.ts';

/** Difference to the model's own answer that is let pass, of an answer of 1, whatever rounding makes. */
const TOLERANCE = 1e-6;

/** Attributions beside what the model itself answers. */
export interface SummedAttributions {
  /** `[rows, scores]`. */
  readonly scores: Float64Array;
  readonly baseValues: Float64Array;
  /** `[rows, scores, columns]`. */
  readonly values: Float64Array;
  readonly columns: number;
  /** Largest difference that rounding makes. */
  readonly rounding: number;
}

/**
 * The largest difference to the model's own scores, infinite where a number of them is: nothing adds up to that. Throws INTERNAL where
 * finite ones are further away than rounding makes them.
 */
export function additivityError({
  scores,
  baseValues,
  values,
  columns,
  rounding,
}: SummedAttributions): number {
  let worst = 0;
  for (let k = 0; k < scores.length; k++) {
    let sum = baseValues[k % baseValues.length]!;
    for (let column = 0; column < columns; column++) sum += values[k * columns + column]!;
    const error = Math.abs(sum - scores[k]!);
    if (!Number.isFinite(error)) return Number.POSITIVE_INFINITY;
    if (error > Math.max(rounding, TOLERANCE * Math.max(1, Math.abs(scores[k]!))))
      throw new PlimsollError('INTERNAL', {
        action: 'an explanation',
        reason: `attributions add up to ${sum}, the model answers ${scores[k]}`,
      });
    worst = Math.max(worst, error);
  }
  return worst;
}

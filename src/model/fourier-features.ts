import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import type { Matrix } from './tensor.ts';

/**
 * `factor · cos(x · weightsᵀ + offset)` (A. Rahimi, B. Recht, Random features for large-scale kernel machines, 2007).
 * Rounding of an angle grows with the angle: engines sum it so exactly that their cosines agree. Rows with `turning`
 * numbers above `FARTHEST` are refused, for there the library's own rounding turns a cosine into any other.
 */
export interface FourierFeaturesStep extends StepBase {
  readonly kind: 'fourier-features';
  /** [components, features] */
  readonly weights: Matrix;
  readonly offset: Float64Array;
  readonly factor: number;
}

/** Above this an ulp of an angle is a quarter of a radian. */
export const FARTHEST = 2 ** 50;

/** The largest |weight| of each column: `Σ |x| · turning` bounds the angles of a row. */
export function turningOf({ weights: { cols, data } }: FourierFeaturesStep): Float64Array {
  const turning = new Float64Array(cols);
  for (let k = 0; k < data.length; k++) turning[k % cols] = Math.max(turning[k % cols]!, Math.abs(data[k]!));
  return turning;
}

export const FOURIER_FEATURES_STEPS: StepDescriptions<FourierFeaturesStep> = {
  'fourier-features': {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: ({ weights }) => weights.rows,
    rounding: 'sum',
  },
};

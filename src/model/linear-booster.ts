import { type BoosterHead, boosterSpecs, isLinked } from './booster.ts';
import { FINITE_IN_FLOAT32, NULLABLE_NUMBER, needsAlike } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { Matrix } from './tensor.ts';

/**
 * `gblinear` of XGBoost: bias, then x·w column by column, each product and each sum rounded to float32, as x is; a missing
 * value adds nothing (`GBLinear::Pred`).
 */
export interface LinearBoosterStep extends StepBase {
  readonly kind: 'linear-booster';
  /** `[margins, columns]`, float32 numbers. */
  readonly weights: Matrix;
  /** Float32 numbers, one a margin; with the margin of the base score. */
  readonly bias: Float64Array;
  /** A number that is missing beside NaN, a float32 number. */
  readonly missingNumber?: number;
  readonly head: BoosterHead;
}

export const LINEAR_BOOSTER_STEPS: StepDescriptions<LinearBoosterStep> = {
  'linear-booster': {
    ...PREDICTOR,
    needs: (_step, width) => needsAlike(width, { ...NULLABLE_NUMBER, ...FINITE_IN_FLOAT32 }),
    outputs: ({ head, weights }) => boosterSpecs(head, weights.rows, 'float32'),
    rounding: ({ head }) =>
      isLinked(head, head.classes === null ? 'predict' : 'predict_proba') ? 'link' : 'none',
  },
};

import { type MemberOf, membersForm, membersNeeds, membersRounding, stepsOfMembers } from './ensemble.ts';
import type { IsotonicCurve } from './isotonic.ts';
import { classSpec, labelSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/** From a score to a probability: `1 / (1 + exp(slope · score + offset))` (Platt), or a curve. */
export type Calibrator =
  | { readonly kind: 'sigmoid'; readonly slope: number; readonly offset: number }
  | { readonly kind: 'isotonic'; readonly curve: IsotonicCurve };

/** How probabilities follow from the scores of one member. */
export type Calibration =
  /**
   * Each column by its own, to the class of `places`; the classes of a row are then divided by their sum, or alike where
   * that is 0. Of two classes there is one column, the second class, and the first is the rest to 1.
   */
  | {
      readonly kind: 'columns';
      readonly places: readonly number[];
      readonly calibrators: readonly Calibrator[];
    }
  /**
   * softmax(inverse · logits), the inverse of a temperature (Guo et al. 2017): logits are the scores, `[-score, score]` of
   * two classes, or log(p + 1e-12) of probabilities.
   */
  | {
      readonly kind: 'temperature';
      readonly inverse: number;
      readonly scores: 'decisions' | 'probabilities';
    };

/** `predict_proba`: the mean of the calibrated probabilities of the members; `predict`: its argmax. */
export interface CalibratedOf<S> extends StepBase {
  readonly kind: 'calibrated';
  readonly classes: LabelSet;
  readonly members: readonly MemberOf<S>[];
  /** One a member. */
  readonly calibrations: readonly Calibration[];
}

export const calibrationSteps = <S>(): StepDescriptions<CalibratedOf<S>, S> => ({
  calibrated: {
    ...PREDICTOR,
    needs: ({ members }, width, _out, nested) => membersNeeds(members, width, nested),
    outputs: ({ classes }) => [labelSpec(classes), classSpec('predict_proba', classes)],
    form: ({ members }, nested) => membersForm(members, nested),
    rounding: ({ members }, nested) => membersRounding(members, nested),
    parts: ({ members }) => stepsOfMembers(members),
  },
});

import { type MemberOf, membersForm, membersNeeds, membersRounding, stepsOfMembers } from './ensemble.ts';
import { classSpec, decisionSpec, labelSpec, numberSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions, worstRounding } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/** What is added of a member to the scores `[N, classes]` (Zhu et al., Multi-class AdaBoost, 2009). */
export type AdaBoostTerms =
  /** The member answers the terms themselves, of all rounds. */
  | { readonly kind: 'terms' }
  /** SAMME: of the class that the member names `hits`, of every other `misses`; one number a member. */
  | { readonly kind: 'votes'; readonly hits: Float64Array; readonly misses: Float64Array }
  /** SAMME.R: (K - 1) (ln p - Σ ln p / K) of its probabilities p, which are at least eps. */
  | { readonly kind: 'logs' };

/**
 * Scores are the sums of the members' terms over `divisor`. Of two classes `decision_function` is `s₁ - s₀`, of more the
 * scores; `predict_proba` is softmax of `[-d, d] / 2`, or of `d / (K - 1)`.
 */
export interface AdaBoostOf<S> extends StepBase {
  readonly kind: 'adaboost';
  readonly members: readonly MemberOf<S>[];
  readonly terms: AdaBoostTerms;
  /** Sum of the weights of the estimators. */
  readonly divisor: number;
  readonly classes: LabelSet;
}

/**
 * `predict`: of the members' numbers in ascending order the first with which the weights so far come to half of all.
 */
export interface WeightedMedianOf<S> extends StepBase {
  readonly kind: 'weighted-median';
  readonly members: readonly MemberOf<S>[];
  /** One a column of the members side by side. */
  readonly weights: Float64Array;
}

type BoostingOf<S> = AdaBoostOf<S> | WeightedMedianOf<S>;

export const adaBoostSteps = <S>(): StepDescriptions<BoostingOf<S>, S> => ({
  adaboost: {
    ...PREDICTOR,
    needs: ({ members }, width, _out, nested) => membersNeeds(members, width, nested),
    outputs: ({ classes }) => [
      labelSpec(classes),
      classSpec('predict_proba', classes),
      decisionSpec(classes),
    ],
    form: ({ members }, nested) => membersForm(members, nested),
    rounding: ({ members, terms }, nested) =>
      worstRounding([terms.kind === 'logs' ? 'sum' : 'link', membersRounding(members, nested)]),
    parts: ({ members }) => stepsOfMembers(members),
  },
  'weighted-median': {
    ...PREDICTOR,
    needs: ({ members }, width, _out, nested) => membersNeeds(members, width, nested),
    outputs: () => [numberSpec('predict', null)],
    form: ({ members }, nested) => membersForm(members, nested),
    rounding: ({ members }, nested) => membersRounding(members, nested),
    parts: ({ members }) => stepsOfMembers(members),
  },
});

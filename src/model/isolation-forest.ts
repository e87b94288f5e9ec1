import { numberSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';

/**
 * `score_samples`: `-2^(-depth / scale)` of the depth that `trees` predict, summed over all of them (Liu et al., Isolation
 * Forest, 2008); `decision_function`: the score less `offset`; `predict`: -1 below 0, else 1.
 */
export interface IsolationForestOf<S> extends StepBase {
  readonly kind: 'isolation-forest';
  readonly trees: S;
  /** Trees times the mean depth of as many rows as each was fitted on. */
  readonly scale: number;
  readonly offset: number;
}

const OUTPUTS: readonly OutputSpec[] = [
  { name: 'predict', dtype: 'int64', shape: [-1], classes: { type: 'int', values: [-1, 1] } },
  numberSpec('decision_function', null),
  numberSpec('score_samples', null),
];

export const isolationForestSteps = <S>(): StepDescriptions<IsolationForestOf<S>, S> => ({
  'isolation-forest': {
    ...PREDICTOR,
    needs: ({ trees }, width, _out, nested) => nested.needs(trees, width, null),
    outputs: () => OUTPUTS,
    rounding: 'link',
    parts: ({ trees }) => [{ name: 'trees', step: trees }],
  },
});

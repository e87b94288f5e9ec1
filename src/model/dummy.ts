import { needsAlike, UNUSED } from './column-need.ts';
import { numberSpec, voteSpecs } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/** The same answer for every row (strategies prior, most_frequent, constant; mean, median, quantile). */
export type DummyStep = StepBase & { readonly kind: 'dummy' } & (
    | {
        readonly task: 'classification';
        /** One entry an output. */
        readonly targets: readonly {
          readonly classes: LabelSet;
          readonly predicted: number;
          /** `predict_proba` row. */
          readonly probabilities: Float64Array;
        }[];
      }
    | { readonly task: 'regression'; readonly values: Float64Array; readonly flat: boolean }
  );

export const DUMMY_STEPS: StepDescriptions<DummyStep> = {
  dummy: {
    ...PREDICTOR,
    needs: (_step, width) => needsAlike(width, UNUSED),
    outputs: (step) =>
      step.task === 'classification'
        ? voteSpecs(step.targets.map(({ classes }) => classes))
        : [numberSpec('predict', step.flat ? null : step.values.length)],
    rounding: 'none',
  },
};

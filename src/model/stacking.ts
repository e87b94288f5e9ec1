import type { PredictionsOf } from './ensemble.ts';
import { labelSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { type StepDescriptions, worstRounding } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/**
 * What `final` answers to the predictions: `predict`, `predict_proba`, `decision_function`; the predictions themselves are
 * `transform`.
 */
export interface StackingOf<S> extends StepBase {
  readonly kind: 'stacking';
  readonly predictions: PredictionsOf<S> & S;
  readonly final: S;
  /** Of classifiers, whose `final` answers places among these; null for regressors. */
  readonly classes: LabelSet | null;
}

/** Outputs of `final` that a stack has. */
const DELEGATED = ['predict', 'predict_proba', 'decision_function'];

/** With the classes of the stack in place of the encoded ones. */
const decoded = (spec: OutputSpec, classes: LabelSet): OutputSpec => {
  if (spec.name === 'predict') return labelSpec(classes);
  return spec.classes === undefined ? spec : { ...spec, classes };
};

export const stackingSteps = <S extends StepBase>(): StepDescriptions<StackingOf<S>, S> => ({
  stacking: {
    needs: ({ predictions }, width, _out, nested) => nested.needs(predictions, width, null),
    width: ({ predictions }, input, nested) => nested.width(predictions, input),
    types: 'number',
    outputs: ({ final, classes }, transform, nested) => [
      ...nested
        .outputs(final, transform)
        .filter(({ name }) => DELEGATED.includes(name))
        .map((spec) => (classes === null ? spec : decoded(spec, classes))),
      transform,
    ],
    form: ({ predictions }, nested) => nested.form(predictions),
    rounding: ({ predictions, final }, nested) =>
      worstRounding([nested.rounding(predictions), nested.rounding(final)]),
    parts: ({ predictions }) => [{ name: 'predictions', step: predictions }],
  },
});

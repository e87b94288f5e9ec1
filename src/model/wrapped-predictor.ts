/** Estimators around one predictor. `S` is any step: the union of all of them, in `step.ts`, names these. */
import { FREE, mergeNeeds, needsAlike } from './column-need.ts';
import { type MemberOf, memberWidth } from './ensemble.ts';
import { labelSpec, numberSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions, worstRounding } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

const PREDICTIONS: ReadonlySet<string> = new Set(['predict', 'predict_proba', 'decision_function']);

/** `predict`: the second of `places` where `sign · score` is at least `threshold`, else the first; the rest is the predictor's. */
export interface ThresholdOf<S> extends StepBase {
  readonly kind: 'threshold';
  readonly classes: LabelSet;
  /** Of one column, or of probabilities: `column` says which. */
  readonly score: MemberOf<S>;
  readonly column: number;
  /** -1 where a decision for the second class is one against the first. */
  readonly sign: 1 | -1;
  readonly threshold: number;
  /** Indexes of the classes below the threshold and from it on. */
  readonly places: readonly [number, number];
}

/** A predictor of some columns, which are also what `transform` gives. */
export interface SelectingPredictorOf<S> extends StepBase {
  readonly kind: 'selecting-predictor';
  readonly columns: readonly number[];
  readonly step: S;
}

/** `predict`: what `inverse` makes of the numbers that a regressor predicts, `[N]` where `flat`. */
export interface TransformedTargetOf<S> extends StepBase {
  readonly kind: 'transformed-target';
  readonly regressor: MemberOf<S>;
  readonly inverse: S;
  readonly flat: boolean;
}

type WrappedPredictorOf<S> = ThresholdOf<S> | SelectingPredictorOf<S> | TransformedTargetOf<S>;

const TRANSFORM: OutputSpec = { name: 'transform', dtype: 'float64', shape: [-1, -1] };

export const wrappedPredictorSteps = <S extends StepBase>(): StepDescriptions<WrappedPredictorOf<S>, S> => ({
  threshold: {
    ...PREDICTOR,
    needs: ({ score }, width, _out, nested) => nested.needs(score.step, width, null),
    outputs: ({ classes, score }, _transform, nested) => [
      labelSpec(classes),
      ...nested
        .outputs(score.step, TRANSFORM)
        .filter(({ name }) => name !== 'predict' && PREDICTIONS.has(name)),
    ],
    form: ({ score }, nested) => nested.form(score.step),
    rounding: ({ score }, nested) => nested.rounding(score.step),
    parts: ({ score }) => [score],
  },
  'selecting-predictor': {
    types: ({ columns }, input) => columns.map((column) => input[column] ?? 'number'),
    width: ({ columns }) => columns.length,
    form: 'table',
    needs: ({ columns, step }, width, _out, nested) => {
      const inner = nested.needs(step, columns.length, null);
      if (inner === null) return null;
      return needsAlike(width, FREE).map((need, column) => {
        const at = columns.indexOf(column);
        return at < 0 ? { ...need, type: 'number' as const } : mergeNeeds(need, inner[at] ?? FREE);
      });
    },
    outputs: ({ step }, transform, nested) => [
      ...nested.outputs(step, TRANSFORM).filter(({ name }) => PREDICTIONS.has(name)),
      transform,
    ],
    rounding: ({ step }, nested) => nested.rounding(step),
    parts: ({ step }) => [{ name: 'estimator', step }],
  },
  'transformed-target': {
    ...PREDICTOR,
    needs: ({ regressor }, width, _out, nested) => nested.needs(regressor.step, width, null),
    outputs: ({ regressor, flat }, _transform, nested) => [
      numberSpec('predict', flat ? null : (memberWidth(regressor, nested) ?? -1)),
    ],
    form: ({ regressor }, nested) => nested.form(regressor.step),
    rounding: ({ regressor, inverse }, nested) =>
      worstRounding([nested.rounding(regressor.step), nested.rounding(inverse)]),
    parts: ({ regressor }) => [regressor],
  },
});

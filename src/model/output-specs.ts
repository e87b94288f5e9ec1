/** Outputs that predictors have in common, as `hasattr` and the shapes of scikit-learn say. */
import type { OutputSpec } from './signature.ts';
import { type LabelSet, labelDType } from './tensor.ts';

/** Numbers: `[N]` where `width` is null, else `[N, width]`. */
export const numberSpec = (name: string, width: number | null): OutputSpec => ({
  name,
  dtype: 'float64',
  shape: width === null ? [-1] : [-1, width],
});

/** `predict` of a classifier. */
export const labelSpec = (classes: LabelSet): OutputSpec => ({
  name: 'predict',
  dtype: labelDType(classes),
  shape: [-1],
  classes,
});

/** One number a class. */
export const classSpec = (name: string, classes: LabelSet): OutputSpec => ({
  ...numberSpec(name, classes.values.length),
  classes,
});

/** Probabilities from one score: two columns, also where training saw a single class. */
export const probabilitySpec = (classes: LabelSet): OutputSpec =>
  classes.values.length === 1 ? numberSpec('predict_proba', 2) : classSpec('predict_proba', classes);

/** `decision_function`: `[N]` for two classes, else one score a class. */
export const decisionSpec = (classes: LabelSet): OutputSpec =>
  classes.values.length <= 2
    ? { ...numberSpec('decision_function', null), classes }
    : classSpec('decision_function', classes);

/** `predict` and `predict_proba` of one or several targets, by the classes of each. */
export function voteSpecs(targets: readonly LabelSet[]): readonly OutputSpec[] {
  const [first, ...others] = targets;
  if (first === undefined) return [];
  if (others.length === 0) return [labelSpec(first), classSpec('predict_proba', first)];
  // Labels `[N, targets]` of the first one's type, probabilities as one matrix a target.
  const sameSize = others.every(({ values }) => values.length === first.values.length);
  return [
    { name: 'predict', dtype: labelDType(first), shape: [-1, targets.length] },
    {
      name: 'predict_proba',
      dtype: 'float64',
      shape: [-1, sameSize ? first.values.length : -1],
      parts: targets.length,
    },
  ];
}

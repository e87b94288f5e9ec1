import { assertNever } from '../core/errors.ts';
import type { OutputSpec } from './signature.ts';
import type { ModelStep } from './step.ts';
import { type LabelSet, labelDType } from './tensor.ts';

const numbers = (name: string, width: number | null): OutputSpec => ({
  name,
  dtype: 'float64',
  shape: width === null ? [-1] : [-1, width],
});

const labels = (classes: LabelSet): OutputSpec => ({
  name: 'predict',
  dtype: labelDType(classes),
  shape: [-1],
  classes,
});

const perClass = (name: string, classes: LabelSet): OutputSpec => ({
  ...numbers(name, classes.values.length),
  classes,
});

/** Probabilities from one score: two columns, also where training saw a single class. */
const fromScore = (name: string, classes: LabelSet): OutputSpec =>
  classes.values.length === 1 ? numbers(name, 2) : perClass(name, classes);

/** `decision_function`: `[N]` for two classes, else one score a class. */
const decision = (classes: LabelSet): OutputSpec =>
  classes.values.length <= 2
    ? { ...numbers('decision_function', null), classes }
    : perClass('decision_function', classes);

/** Several outputs: labels `[N, outputs]` of the first one's type, probabilities as one matrix an output. */
function severalOutputs(groups: readonly LabelSet[]): readonly OutputSpec[] {
  const sizes = new Set(groups.map((group) => group.values.length));
  const width = sizes.size === 1 ? groups[0]!.values.length : -1;
  return [
    { name: 'predict', dtype: labelDType(groups[0]!), shape: [-1, groups.length] },
    { name: 'predict_proba', dtype: 'float64', shape: [-1, width], parts: groups.length },
  ];
}

const votes = (groups: readonly LabelSet[]): readonly OutputSpec[] =>
  groups.length === 1 ? [labels(groups[0]!), perClass('predict_proba', groups[0]!)] : severalOutputs(groups);

/**
 * Methods that the fitted object has, as `hasattr` says in scikit-learn, in the order predict, predict_proba,
 * decision_function, transform; a pipeline has those of its last step. `width` is the number of output columns of
 * `transform`, `dtype` their type.
 */
export function outputsOf(
  step: ModelStep,
  width: number | null,
  dtype: 'float64' | 'string',
): readonly OutputSpec[] {
  const transform: OutputSpec = { name: 'transform', dtype, shape: [-1, width ?? -1] };
  switch (step.kind) {
    case 'pipeline':
      return outputsOf(step.steps.at(-1)!.step, width, dtype);
    case 'linear-regressor':
      return [numbers('predict', step.flat ? null : step.coef.rows)];
    case 'linear-classifier': {
      const proba = step.probability === null ? [] : [fromScore('predict_proba', step.classes)];
      return [labels(step.classes), ...proba, decision(step.classes)];
    }
    case 'multinomial-nb':
      return [labels(step.classes), perClass('predict_proba', step.classes)];
    case 'tree-ensemble':
      if (step.head.kind === 'regression') return [numbers('predict', step.head.flat ? null : step.scores)];
      if (step.head.kind === 'vote') return votes(step.head.groups);
      return [
        labels(step.head.classes),
        fromScore('predict_proba', step.head.classes),
        decision(step.head.classes),
      ];
    case 'dummy':
      if (step.task === 'classification') return votes(step.targets.map((target) => target.classes));
      return [numbers('predict', step.flat ? null : step.values.length)];
    case 'k-means':
      return [
        { name: 'predict', dtype: 'int32', shape: [-1] },
        { ...transform, dtype: 'float64' },
      ];
    case 'label-encoder':
      return [{ name: 'transform', dtype: 'int64', shape: [-1] }];
    case 'standard-scaler':
    case 'min-max-scaler':
    case 'max-abs-scaler':
    case 'robust-scaler':
    case 'normalizer':
    case 'function':
    case 'one-hot':
    case 'ordinal':
    case 'simple-imputer':
    case 'count-vectorizer':
    case 'tfidf':
    case 'pca':
    case 'column-transformer':
    case 'feature-union':
      return [transform];
    default:
      return assertNever(step);
  }
}

/** Classes of the main label output, or null. */
export const classesOf = (outputs: readonly OutputSpec[]): LabelSet | null =>
  outputs.find((output) => output.name === 'predict')?.classes ?? null;

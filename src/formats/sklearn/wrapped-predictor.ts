import type {
  ModelStep,
  SelectingPredictorStep,
  ThresholdStep,
  TransformedTargetStep,
} from '../../model/step.ts';
import { needsOf } from '../../model/step-inference.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { dictGet } from '../pickle/access.ts';
import { pyInt, pyList } from '../pickle/construct.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { toNumber } from './arrays.ts';
import { answerSpec, askedMember, widthOf } from './ensemble.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import { readInverse } from './target-inverse.ts';
import type { EstimatorView } from './view.ts';

/** What an estimator around another says of its columns, where the other does not. */
const baseAround = (view: EstimatorView, step: ModelStep) => {
  const own = view.base(step.features);
  return { ...own, featureNames: own.featureNames ?? step.featureNames };
};

/** FrozenEstimator answers as what it holds does. */
const readFrozen = (view: EstimatorView): ModelStep | null => view.step('estimator');

/** SelfTrainingClassifier predicts with the classifier of its last iteration; `base_estimator_` before 1.6. */
function readSelfTraining(view: EstimatorView): ModelStep | null {
  const step = view.step(view.has('estimator_') ? 'estimator_' : 'base_estimator_');
  return step && { ...step, featureNames: step.featureNames ?? view.featureNames() };
}

/** FixedThresholdClassifier: the one it fitted, or the one that it was given fitted. */
function readFixedThreshold(view: EstimatorView): ThresholdStep | null {
  const step = view.step(view.has('estimator_') ? 'estimator_' : 'estimator');
  return step && thresholded(view, step, view.get('threshold') ?? 'auto', view.get('pos_label') ?? null);
}

/** TunedThresholdClassifierCV: the positive class is known to what scored the thresholds. */
function readTunedThreshold(view: EstimatorView): ThresholdStep | null {
  const step = view.step('estimator_');
  if (step === null) return null;
  return thresholded(
    view,
    step,
    view.required('best_threshold_'),
    positiveLabel(view.child('_curve_scorer')),
  );
}

/** Scores whose `pos_label` is 1 unless they are told another. */
const ONE_IS_POSITIVE = /^(?:f1|fbeta|precision|recall|jaccard)_score$/;

/** `_BaseScorer._get_pos_label`: a parameter of the score, or its default, which is 1 or None. */
function positiveLabel(scorer: EstimatorView): PyValue {
  const given = scorer.get('_kwargs');
  const label = isType(given, 'dict') ? dictGet(given, 'pos_label') : undefined;
  if (label !== undefined) return label;
  const score = scorer.required('_score_func');
  if (!isType(score, 'global') || !score.module.startsWith('sklearn.metrics.'))
    throw scorer.unsupported('_score_func', show(score), 'a score of sklearn.metrics, or with pos_label, is');
  return ONE_IS_POSITIVE.test(score.name) ? pyInt(1) : null;
}

function thresholded(
  view: EstimatorView,
  step: ModelStep,
  threshold: PyValue,
  positive: PyValue,
): ThresholdStep {
  const asked = view.choice('response_method', ['auto', 'predict_proba', 'decision_function'], 'auto');
  const method =
    asked !== 'auto'
      ? asked
      : answerSpec(step, 'predict_proba') === null
        ? 'decision_function'
        : 'predict_proba';
  const classes = answerSpec(step, 'predict')?.classes;
  if (classes?.values.length !== 2)
    throw view.unsupported('estimator', 'no classifier of two classes', 'a classifier of two classes is');
  const score = askedMember(view, { name: 'estimator', step }, method);
  const place = placeOf(view, classes, positive);
  const isProbability = method === 'predict_proba';
  if (widthOf(view, score) !== (isProbability ? 2 : 1))
    throw view.unsupported(method, `${widthOf(view, score)} columns`, 'the score of two classes is');
  return {
    kind: 'threshold',
    ...baseAround(view, step),
    classes,
    score,
    column: isProbability ? place : 0,
    sign: !isProbability && place === 0 ? -1 : 1,
    threshold: threshold === 'auto' ? (isProbability ? 0.5 : 0) : numberOf(view, threshold),
    places: place === 0 ? [1, 0] : [0, 1],
  };
}

function numberOf(view: EstimatorView, value: PyValue): number {
  const number = toNumber(value);
  if (number === null) throw view.invalid('threshold', show(value), 'a number');
  return number;
}

/** Index of the positive class: the second where none is named. */
function placeOf(view: EstimatorView, classes: LabelSet, positive: PyValue): number {
  if (positive === null) return 1;
  const [label] = view.toLabels('pos_label', pyList([positive])).values;
  const place = (classes.values as readonly unknown[]).indexOf(label);
  if (place < 0) throw view.invalid('pos_label', show(positive), 'one of the classes');
  return place;
}

/**
 * RFE and RFECV: a predictor of the columns of `support_`. All columns are checked before they are selected, unless the
 * predictor takes missing numbers (`SelectorMixin.transform`).
 */
function readElimination(view: EstimatorView): SelectingPredictorStep | null {
  const step = view.step('estimator_');
  const support = view.vector('support_');
  const columns = Array.from(support.keys()).filter((column) => support[column] !== 0);
  if (step === null) return null;
  if (columns.length === 0 || (step.features !== null && step.features !== columns.length))
    throw view.invalid(
      'support_',
      `${columns.length} columns`,
      `${step.features}, as the estimator was fitted on`,
    );
  const takesMissing = needsOf(step, columns.length, null)?.every(({ nullable }) => nullable) ?? false;
  const base = { ...view.base(support.length), ...(takesMissing ? {} : { refusesMissing: true as const }) };
  return { kind: 'selecting-predictor', ...base, columns, step };
}

/** TransformedTargetRegressor. */
function readTransformedTarget(view: EstimatorView): TransformedTargetStep | null {
  const step = view.step('regressor_');
  if (step === null) return null;
  const inverse = readInverse(view.child('transformer_'));
  const regressor = askedMember(view, { name: 'regressor', step }, 'predict');
  const width = widthOf(view, regressor);
  if (inverse.features !== null && inverse.features !== width)
    throw view.invalid('transformer_', `${inverse.features} columns wide`, `${width}, as predicted`);
  const flat = view.count('_training_dim') === 1 && width === 1;
  return { kind: 'transformed-target', ...baseAround(view, step), regressor, inverse, flat };
}

export const WRAPPED_PREDICTOR_FAMILIES: readonly Family[] = [
  family('frozen', readFrozen, 'FrozenEstimator'),
  family('semi_supervised', readSelfTraining, 'SelfTrainingClassifier'),
  family('model_selection', readFixedThreshold, 'FixedThresholdClassifier'),
  family('model_selection', readTunedThreshold, 'TunedThresholdClassifierCV'),
  family('feature_selection', readElimination, 'RFE', 'RFECV'),
  family('compose', readTransformedTarget, 'TransformedTargetRegressor'),
];

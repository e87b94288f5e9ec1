import { elementAt } from '../../core/element-at.ts';
import type { DenseLayersStep } from '../../model/dense-layers.ts';
import type { LinearClassifierStep, LinearProbability, LinearRegressorStep } from '../../model/linear.ts';
import type { ModelStep } from '../../model/step.ts';
import type { LabelSet, Matrix } from '../../model/tensor.ts';
import { isType } from '../pickle/value.ts';
import type { EstimatorView } from './view.ts';

/**
 * Every regressor whose `predict` is `X @ coef_.T + intercept_`. The answer is 1-D exactly where `coef_` is
 * (`LinearModel._decision_function`).
 */
export function readLinearRegressor(view: EstimatorView): LinearRegressorStep {
  const coef = view.matrix('coef_');
  const raw = view.get('coef_');
  const flat = isType(raw, 'array')
    ? raw.shape.length === 1
    : !isType(raw, 'object') || view.className.startsWith('SGD');
  return {
    kind: 'linear-regressor',
    ...view.base(coef.cols),
    coef,
    intercept: interceptOf(view, coef.rows),
    flat,
  };
}

/** `intercept_` is a vector, one number for all, or 0.0 where none was fitted. */
function interceptOf(view: EstimatorView, rows: number): Float64Array {
  const intercept = view.vectorOrNull('intercept_') ?? new Float64Array(1);
  if (intercept.length === rows) return intercept;
  if (intercept.length !== 1) throw view.invalid('intercept_', `${intercept.length} long`, `${rows} long`);
  return new Float64Array(rows).fill(elementAt(intercept, 0));
}

export function linearClassifier(
  view: EstimatorView,
  classes: LabelSet,
  probability: LinearProbability,
): LinearClassifierStep {
  const coef = view.matrix('coef_');
  const count = classes.values.length;
  if (!fits(coef, count)) {
    throw view.invalid(
      'coef_',
      `${coef.rows} rows`,
      count === 2 ? 'one row for two classes' : `${count}, one a class`,
    );
  }
  return {
    kind: 'linear-classifier',
    ...view.base(coef.cols),
    coef,
    intercept: interceptOf(view, coef.rows),
    classes,
    probability,
  };
}

const fits = (coef: Matrix, classes: number): boolean =>
  classes <= 2 ? coef.rows === 1 : coef.rows === classes;

/** LogisticRegression and LogisticRegressionCV. */
export function readLogisticRegression(view: EstimatorView): LinearClassifierStep {
  const classes = view.labels('classes_');
  return linearClassifier(view, classes, logisticProbability(view, classes.values.length));
}

/**
 * `LogisticRegression.predict_proba`, by release: up to 1.7 `multi_class` decides; 'auto' (and 'deprecated', 1.5) means
 * one-versus-rest for two classes and for liblinear, from 1.2 to 1.5 also for newton-cholesky. From 1.8 there is no
 * `multi_class`: sigmoid for two classes, else softmax.
 */
function logisticProbability(view: EstimatorView, classes: number): LinearProbability {
  const binary = classes <= 2;
  if (!view.has('multi_class') || (view.release !== null && view.since(1, 8)))
    return binary ? 'sigmoid' : 'softmax';
  const mode = view.choice('multi_class', ['auto', 'deprecated', 'ovr', 'warn', 'multinomial']);
  const solver = view.get('solver');
  const oneVersusRest = solver === 'liblinear' || (solver === 'newton-cholesky' && !view.since(1, 6));
  const automatic = mode === 'auto' || mode === 'deprecated';
  if (mode === 'ovr' || mode === 'warn' || (automatic && (binary || oneVersusRest)))
    return binary ? 'sigmoid' : 'ovr';
  return 'softmax';
}

/** SGDClassifier: `predict_proba` exists for the losses that define it. */
export function readSgdClassifier(view: EstimatorView): LinearClassifierStep {
  const classes = view.labels('classes_');
  const loss = view.get('loss');
  const logistic = loss === 'log' || loss === 'log_loss';
  const overRest: LinearProbability = view.release !== null && view.since(1, 9) ? 'ovr-uniform' : 'ovr';
  const sigmoid: LinearProbability = classes.values.length <= 2 ? 'sigmoid' : overRest;
  return linearClassifier(
    view,
    classes,
    logistic ? sigmoid : loss === 'modified_huber' ? 'modified-huber' : null,
  );
}

/** LinearSVC, Perceptron, PassiveAggressiveClassifier: scores and labels, no probabilities. */
export const readScoringClassifier = (view: EstimatorView): LinearClassifierStep =>
  linearClassifier(view, view.labels('classes_'), null);

/** RidgeClassifier and RidgeClassifierCV keep their classes in a LabelBinarizer up to 1.6. */
export function readRidgeClassifier(view: EstimatorView): LinearClassifierStep | DenseLayersStep {
  if (!view.has('_label_binarizer')) return linearClassifier(view, view.labels('classes_'), null);
  const binarizer = view.child('_label_binarizer');
  const target = binarizer.get('y_type_');
  // Before 1.0 the one label of the largest score was predicted of several.
  if (target === 'multilabel-indicator' && view.since(1, 0)) return ridgeOfLabels(view);
  if (target !== undefined && target !== 'binary' && target !== 'multiclass') {
    throw view.unsupported('_label_binarizer.y_type_', String(target), "'binary', 'multiclass' are");
  }
  return linearClassifier(view, binarizer.labels('classes_'), null);
}

/** One regression a label, which is predicted where it is above 0 (`RidgeClassifierMixin.predict`). */
function ridgeOfLabels(view: EstimatorView): DenseLayersStep {
  const weights = view.matrix('coef_');
  return {
    kind: 'dense-layers',
    ...view.base(weights.cols),
    layers: [{ weights, bias: interceptOf(view, weights.rows) }],
    activation: 'identity',
    output: 'identity',
    head: { kind: 'multilabel', threshold: 0, scores: 'decision_function' },
  };
}

/** RANSACRegressor predicts with the estimator that it fitted on the inliers, as arrays: only itself knows names. */
export function readRansac(view: EstimatorView): ModelStep | null {
  const step = view.step('estimator_');
  return step && { ...step, featureNames: step.featureNames ?? view.featureNames() };
}

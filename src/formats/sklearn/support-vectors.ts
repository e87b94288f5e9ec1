import { elementAt } from '../../core/element-at.ts';
import type { Kernel } from '../../model/kernel.ts';
import {
  type KernelRegressorStep,
  type OneClassStep,
  pairCount,
  type SupportVectorClassifierStep,
} from '../../model/support-vectors.ts';
import type { Matrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Classes up to which every pair has a machine here. */
const MAX_CLASSES = 200;

/** The kernel as libsvm takes it. Kernels of the caller (callables, matrices) are no part of the file's answer to a row. */
function kernelOf(view: EstimatorView): Kernel {
  const kind = view.choice('kernel', ['linear', 'poly', 'rbf', 'sigmoid'], 'rbf');
  if (kind === 'linear') return { kind };
  const gamma = view.number('_gamma');
  if (kind === 'rbf') return { kind, gamma };
  const coef0 = view.number('coef0', 0);
  return kind === 'sigmoid'
    ? { kind, gamma, coef0 }
    : { kind: 'polynomial', gamma, coef0, degree: view.count('degree', 3) };
}

interface Machine {
  readonly kernel: Kernel;
  readonly points: Matrix;
  /** [machines, points] */
  readonly coef: Matrix;
  readonly intercept: Float64Array;
}

/** What all libsvm estimators hold; `_dual_coef_` and `_intercept_` have libsvm's signs, their public twins not. */
function machineOf(view: EstimatorView, machines: number, intercepts: number): Machine {
  const kernel = kernelOf(view);
  const points = view.matrix('support_vectors_');
  if (points.rows === 0 || points.cols === 0)
    throw view.unsupported('support_vectors_', `${points.rows}×${points.cols}`, 'one or more are');
  const coef = view.matrix('_dual_coef_', points.rows);
  if (coef.rows !== machines) throw view.invalid('_dual_coef_', `${coef.rows} rows`, String(machines));
  return { kernel, points, coef, intercept: view.vector('_intercept_', intercepts) };
}

/** SVR and NuSVR. */
function readRegressor(view: EstimatorView): KernelRegressorStep {
  const machine = machineOf(view, 1, 1);
  return { kind: 'kernel-regressor', ...view.base(machine.points.cols), ...machine, flat: true };
}

/** SVC and NuSVC. */
function readClassifier(view: EstimatorView): SupportVectorClassifierStep {
  const classes = view.labels('classes_');
  const count = classes.values.length;
  if (count < 2) throw view.invalid('classes_', String(count), 'two or more');
  if (count > MAX_CLASSES) throw view.unsupported('classes_', `${count} classes`, `up to ${MAX_CLASSES} are`);
  const machine = machineOf(view, count - 1, pairCount(count));
  const decision = decisionOf(view, count);
  return {
    kind: 'support-vector-classifier',
    ...view.base(machine.points.cols),
    ...machine,
    counts: countsOf(view, machine.points.rows, count),
    classes,
    decision,
    breakTies: breaksTies(view, decision, count),
    platt: plattOf(view, pairCount(count)),
  };
}

/** `ovr` until 0.20 depended on the other rows of a batch; without a word it was `ovo` (0.18). */
function decisionOf(view: EstimatorView, classes: number): 'ovo' | 'ovr' {
  if (view.get('decision_function_shape') === null) return 'ovo';
  const shape = view.choice('decision_function_shape', ['ovr', 'ovo'], 'ovr');
  if (shape === 'ovr' && classes > 2 && !view.since(0, 21))
    throw view.unsupported(
      'decision_function_shape',
      "'ovr' of a release before 0.21, where scores depend on the other rows",
      "'ovo' is",
    );
  return shape;
}

function breaksTies(view: EstimatorView, decision: 'ovo' | 'ovr', classes: number): boolean {
  const breaks = view.flag('break_ties', false);
  if (breaks && decision === 'ovo')
    throw view.unsupported(
      'break_ties',
      "True beside 'ovo', which the library refuses to predict",
      'False is',
    );
  return breaks && classes > 2;
}

/** Points of each class; public until 0.21. */
function countsOf(view: EstimatorView, points: number, classes: number): readonly number[] {
  const name = view.has('_n_support') ? '_n_support' : 'n_support_';
  const counts = [...view.vector(name, classes)];
  if (!counts.every((count) => Number.isSafeInteger(count) && count > 0))
    throw view.invalid(name, counts.join(', '), 'counts above 0');
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum !== points) throw view.invalid(name, `${sum} points`, `${points}, as support_vectors_ has`);
  return counts;
}

/** Scores of pairs to probabilities, where the object has `predict_proba` (1.9 says 'deprecated' for False). */
function plattOf(view: EstimatorView, pairs: number): SupportVectorClassifierStep['platt'] {
  const wanted = view.get('probability');
  if (wanted === 'deprecated' || !view.flag('probability', false)) return null;
  const [a, b] = ['A', 'B'].map((letter) => {
    const name = view.has(`_prob${letter}`) ? `_prob${letter}` : `prob${letter}_`;
    const numbers = view.vector(name);
    if (numbers.length === 0)
      throw view.unsupported('probability', 'True after a fit without it', 'what it was at fit is');
    if (numbers.length !== pairs) throw view.invalid(name, `${numbers.length} long`, `${pairs} long`);
    return numbers;
  });
  return { a: a!, b: b! };
}

/** `offset_` is the intercept with the other sign (from 0.20 on, where `score_samples` came). */
function readOneClassSvm(view: EstimatorView): OneClassStep {
  const { kernel, points, coef, intercept } = machineOf(view, 1, 1);
  const own = elementAt(intercept, 0);
  return {
    kind: 'one-class',
    ...view.base(points.cols),
    kernel,
    points,
    coef: coef.data,
    intercept: own,
    offset: elementAt(view.vectorOrNull('offset_', 1) ?? [-own], 0),
    zeroInside: false,
  };
}

/** A linear kernel and one point: `x · coef_ - offset_`. */
function readSgdOneClass(view: EstimatorView): OneClassStep {
  const points = view.matrix('coef_');
  if (points.rows !== 1) throw view.invalid('coef_', show(view.get('coef_')), 'a vector');
  const offset = elementAt(view.vector('offset_', 1), 0);
  return {
    kind: 'one-class',
    ...view.base(points.cols),
    kernel: { kind: 'linear' },
    points,
    coef: Float64Array.of(1),
    intercept: -offset,
    offset,
    zeroInside: true,
  };
}

export const SUPPORT_VECTOR_FAMILIES: readonly Family[] = [
  family('svm', readClassifier, 'SVC', 'NuSVC'),
  family('svm', readRegressor, 'SVR', 'NuSVR'),
  family('svm', readOneClassSvm, 'OneClassSVM'),
  family('linear_model', readSgdOneClass, 'SGDOneClassSVM'),
];

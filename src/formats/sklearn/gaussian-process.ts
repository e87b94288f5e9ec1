import type { GaussianProcessClassifierStep, LatentProcess } from '../../model/gaussian-process.ts';
import { readGaussianKernel } from './kernel.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Two classes, or more by one process each; machines of pairs have no probabilities. */
export function readGaussianProcessClassifier(view: EstimatorView): GaussianProcessClassifierStep {
  const classes = view.labels('classes_');
  const count = classes.values.length;
  if (count < 2) throw view.invalid('classes_', String(count), 'two or more');
  const base = view.child('base_estimator_');
  const processes = count === 2 ? [latentOf(base)] : restOf(view, base, count);
  const [first] = processes;
  const features = first?.points.cols ?? null;
  if (processes.some(({ points }) => points.cols !== features))
    throw view.invalid('base_estimator_', 'processes of different columns', 'the same columns');
  // OneVsRestClassifier goes through its classes backwards from 1.8 on, so that the first of equals stays.
  const ties = view.since(1, 8) ? 'first' : 'last';
  return { kind: 'gaussian-process-classifier', ...view.base(features), processes, classes, ties };
}

function restOf(view: EstimatorView, base: EstimatorView, count: number): readonly LatentProcess[] {
  view.choice('multi_class', ['one_vs_rest'], 'one_vs_rest');
  const estimators = base.items('estimators_');
  if (estimators.length !== count)
    throw base.invalid('estimators_', `${estimators.length} of them`, `${count}, one a class`);
  return estimators.map((value, k) =>
    latentOf(view.reading.view(value, base.pathTo(`estimators_.${k}`), view.release)),
  );
}

function latentOf(view: EstimatorView): LatentProcess {
  if (view.className !== '_BinaryGaussianProcessClassifierLaplace')
    throw view.unsupported('base_estimator_', view.origin.class, 'processes of two classes are');
  const points = view.matrix('X_train_');
  if (points.rows === 0 || points.cols === 0)
    throw view.unsupported('X_train_', show(view.get('X_train_')), 'one or more rows are');
  const pi = view.vector('pi_', points.rows);
  const factor = view.matrix('L_', points.rows);
  if (factor.rows !== points.rows) throw view.invalid('L_', `${factor.rows} rows`, `${points.rows} rows`);
  return {
    kernel: readGaussianKernel(view.child('kernel_'), points.cols),
    points,
    residual: view.vector('y_train_', points.rows).map((value, k) => value - pi[k]!),
    rootWeights: view.vector('W_sr_', points.rows),
    factor,
  };
}

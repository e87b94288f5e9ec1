import type { LinearClassifierStep } from '../../model/linear.ts';
import type { QuadraticClassifierStep } from '../../model/quadratic.ts';
import type { ProjectingPredictorStep } from '../../model/step.ts';
import { type Matrix, transposedMatrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import { linearClassifier } from './linear.ts';
import type { EstimatorView } from './view.ts';

/** LinearDiscriminantAnalysis; least squares find no projection, so `transform` exists for the other solvers alone. */
function readLinear(view: EstimatorView): LinearClassifierStep | ProjectingPredictorStep {
  const classes = view.labels('classes_');
  const predictor = linearClassifier(view, classes, classes.values.length <= 2 ? 'sigmoid' : 'softmax');
  const solver = view.choice('solver', ['svd', 'eigen', 'lsqr'], 'svd');
  if (solver === 'lsqr') return predictor;
  const base = view.base(predictor.coef.cols);
  const components = projectionOf(view, base.features ?? 0);
  const mean = solver === 'svd' ? view.vector('xbar_', components.cols) : null;
  return {
    kind: 'projecting-predictor',
    ...base,
    predictor,
    projection: { kind: 'pca', ...base, mean, components, scale: null },
  };
}

/** The first `_max_components` columns of `scalings_` as rows. */
function projectionOf(view: EstimatorView, features: number): Matrix {
  const { rows, cols, data } = transposedMatrix(view.matrix('scalings_'));
  if (cols !== features) throw view.invalid('scalings_', `${cols} rows`, `${features}, one a column`);
  const kept = Math.min(rows, view.count('_max_components', rows));
  return { rows: kept, cols, data: data.subarray(0, kept * cols) };
}

/**
 * QuadraticDiscriminantAnalysis: the axes of a class are its principal axes over the standard deviations along them,
 * the offset `log prior - ½ Σ log variance` (`_decision_function`).
 */
function readQuadratic(view: EstimatorView): QuadraticClassifierStep {
  const classes = view.labels('classes_');
  const { length } = classes.values;
  const means = view.matrix('means_');
  if (means.rows !== length) throw view.invalid('means_', `${means.rows} rows`, `${length}, one a class`);
  const priors = view.vector('priors_', length);
  const rotations = view.matrices('rotations_', length).map(transposedMatrix);
  const variances = view.matrices('scalings_', length);
  const axes = rotations.map((rotation, row) => scaledAxes(view, rotation, variances[row]!, means.cols));
  return {
    kind: 'quadratic-classifier',
    ...view.base(means.cols),
    means,
    covariance: { kind: 'axes', axes },
    offsets: priors.map((prior, row) => Math.log(prior) - 0.5 * logSum(variances[row]!.data)),
    classes,
    decides: true,
  };
}

function scaledAxes(view: EstimatorView, axes: Matrix, variances: Matrix, features: number): Matrix {
  if (axes.cols !== features)
    throw view.invalid('rotations_', `${axes.cols} rows`, `${features}, one a column`);
  if (variances.data.length !== axes.rows)
    throw view.invalid('scalings_', `${variances.data.length} long`, `${axes.rows}, one an axis`);
  return {
    ...axes,
    data: axes.data.map((value, k) => value * variances.data[Math.floor(k / features)]! ** -0.5),
  };
}

const logSum = (values: Float64Array): number => values.reduce((sum, value) => sum + Math.log(value), 0);

export const DISCRIMINANT_FAMILIES: readonly Family[] = [
  family('discriminant_analysis', readLinear, 'LinearDiscriminantAnalysis'),
  family('discriminant_analysis', readQuadratic, 'QuadraticDiscriminantAnalysis'),
];

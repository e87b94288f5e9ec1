import type { LinearRegressorStep } from '../../model/linear.ts';
import type { ModelStep, PipelineStep } from '../../model/step.ts';
import { type Matrix, transposedMatrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

/** PLSRegression, PLSCanonical and CCA: sums of standardised columns, and their projections. */
function readPls(view: EstimatorView): PipelineStep {
  const rotations = transposedMatrix(view.matrix('x_rotations_'));
  const base = view.base(rotations.cols);
  return standardised(view, rotations.cols, {
    kind: 'projecting-predictor',
    ...base,
    predictor: predictorOf(view, rotations.cols),
    projection: { kind: 'pca', ...base, mean: null, components: rotations, scale: null },
  });
}

/** PLSSVD predicts nothing. */
function readPlsSvd(view: EstimatorView): PipelineStep {
  const components = transposedMatrix(view.matrix('x_weights_'));
  const base = view.base(components.cols);
  return standardised(view, components.cols, { kind: 'pca', ...base, mean: null, components, scale: null });
}

/** `step` behind `(x - mean) / std`; both had no underscore before them up to 0.23. */
function standardised(view: EstimatorView, features: number, step: ModelStep): PipelineStep {
  const mean = view.vector(spelling(view, '_x_mean', 'x_mean_'), features);
  const scale = view.vector(spelling(view, '_x_std', 'x_std_'), features);
  const base = view.base(features);
  return {
    kind: 'pipeline',
    ...base,
    steps: [
      { name: 'scale', step: { kind: 'standard-scaler', ...base, refusesMissing: true, mean, scale } },
      { name: 'project', step },
    ],
  };
}

/** `coefs · z + mean of the targets` over standardised columns z. */
function predictorOf(view: EstimatorView, features: number): LinearRegressorStep {
  const coef = coefficients(view, features);
  const mean = view.has('intercept_') ? 'intercept_' : spelling(view, '_y_mean', 'y_mean_');
  const flat = view.flag('_predict_1d', false);
  if (flat && coef.rows !== 1) throw view.invalid('_predict_1d', 'True', `False of ${coef.rows} targets`);
  return {
    kind: 'linear-regressor',
    ...view.base(features),
    coef,
    intercept: view.vector(mean, coef.rows),
    flat,
  };
}

/**
 * `[targets, features]`, over standardised columns. `coef_` lies the other way before 1.3 (1.2 keeps it in `_coef_`,
 * already turned), and from 1.5 on it is divided by the standard deviations of the columns.
 */
function coefficients(view: EstimatorView, features: number): Matrix {
  const field = view.has('_coef_') ? '_coef_' : 'coef_';
  const own = view.matrix(field);
  const coef = field === '_coef_' || view.since(1, 3) ? own : transposedMatrix(own);
  if (coef.cols !== features) throw view.invalid(field, `${coef.cols} columns`, `${features} columns`);
  if (!view.since(1, 5)) return coef;
  const std = view.vector('_x_std', features);
  return { ...coef, data: coef.data.map((value, k) => value * std[k % features]!) };
}

const spelling = (view: EstimatorView, now: string, before: string): string =>
  view.has(now) || !view.has(before) ? now : before;

export const CROSS_DECOMPOSITION_FAMILIES: readonly Family[] = [
  family('cross_decomposition', readPls, 'PLSRegression', 'PLSCanonical', 'CCA'),
  family('cross_decomposition', readPlsSvd, 'PLSSVD'),
];

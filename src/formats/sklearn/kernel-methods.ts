import type { ColumnExpression } from '../../model/arithmetic.ts';
import type { PcaStep } from '../../model/decomposition.ts';
import type { FunctionName } from '../../model/function.ts';
import type { ModelStep, PipelineStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import type { KernelMapStep, KernelRegressorStep } from '../../model/support-vectors.ts';
import type { Matrix } from '../../model/tensor.ts';
import { isType } from '../pickle/value.ts';
import { type Family, family } from './family.ts';
import { readGaussianProcessClassifier } from './gaussian-process.ts';
import { kernelNumbers, readGaussianKernel, readPairwiseKernel } from './kernel.ts';
import type { EstimatorView } from './view.ts';

const transposed = ({ rows, cols, data }: Matrix): Matrix => ({
  rows: cols,
  cols: rows,
  data: Float64Array.from({ length: rows * cols }, (_, k) => data[(k % rows) * cols + Math.floor(k / rows)]!),
});

/** Coefficients `[targets, points]` of a vector, or a matrix `[points, targets]`; `flat` where it is a vector. */
function coefficientsOf(view: EstimatorView, name: string, points: number): { coef: Matrix; flat: boolean } {
  const raw = view.required(name);
  const flat = !isType(raw, 'array') || raw.shape.length <= 1;
  const held = view.matrix(name);
  const coef = flat ? held : transposed(held);
  if (coef.cols !== points) throw view.invalid(name, `${coef.cols} long`, `${points}, one a fitted row`);
  return { coef, flat };
}

function pointsOf(view: EstimatorView, name: string): Matrix {
  const points = view.matrix(name);
  if (points.rows === 0 || points.cols === 0)
    throw view.unsupported(name, `${points.rows}×${points.cols}`, 'one or more are');
  return points;
}

/** `predict`: k(x, X_fit_) · dual_coef_. */
function readKernelRidge(view: EstimatorView): KernelRegressorStep {
  const points = pointsOf(view, 'X_fit_');
  const { coef, flat } = coefficientsOf(view, 'dual_coef_', points.rows);
  return {
    kind: 'kernel-regressor',
    ...view.base(points.cols),
    kernel: readPairwiseKernel(view, 'kernel', points.cols, kernelNumbers(view)),
    points,
    coef,
    intercept: new Float64Array(coef.rows),
    flat,
  };
}

/** `predict`: k(x, X_train_) · alpha_ in the units of y; the standard deviation is no output of `predict(X)`. */
function readGaussianProcess(view: EstimatorView): KernelRegressorStep {
  const points = pointsOf(view, 'X_train_');
  const { coef, flat } = coefficientsOf(view, 'alpha_', points.rows);
  const targets = coef.rows;
  const each = (name: string, fallback: number): Float64Array => {
    const numbers = view.vectorOrNull(name) ?? Float64Array.of(fallback);
    if (numbers.length !== 1 && numbers.length !== targets)
      throw view.invalid(name, `${numbers.length} long`, `1 or ${targets} long`);
    return new Float64Array(targets).map((_, k) => numbers[k % numbers.length]!);
  };
  const scale = each('_y_train_std', 1);
  return {
    kind: 'kernel-regressor',
    ...view.base(points.cols),
    kernel: readGaussianKernel(view.child('kernel_'), points.cols),
    points,
    coef: { ...coef, data: coef.data.map((value, k) => value * scale[Math.floor(k / coef.cols)]!) },
    intercept: each('_y_train_mean', 0),
    flat: flat || isSqueezed(view, targets),
  };
}

/** From 1.2 on the answer of one target is a vector, whatever it was fitted on. */
function isSqueezed(view: EstimatorView, targets: number): boolean {
  if (targets > 1 || !view.since(1, 1)) return false;
  if (!view.since(1, 2)) throw view.unsupported('alpha_', 'one column, written by 1.1', 'a vector is');
  return true;
}

/** `transform`: k(x, components_) · normalization_ᵀ. */
function readNystroem(view: EstimatorView): KernelMapStep {
  const points = pointsOf(view, 'components_');
  view.mustBeNone('kernel_params');
  const weights = view.matrix('normalization_', points.rows);
  return {
    kind: 'kernel-map',
    ...view.base(points.cols),
    kernel: readPairwiseKernel(view, 'kernel', points.cols, kernelNumbers(view)),
    points,
    weights,
    bias: new Float64Array(weights.rows),
  };
}

/**
 * `transform`: (k - K_fit_rows_ - mean(k) + K_fit_all_) · eigenvectors / √eigenvalues, as one linear map of k; vectors of
 * the null space count for nothing.
 */
function readKernelPca(view: EstimatorView): KernelMapStep {
  const points = pointsOf(view, 'X_fit_');
  const vectorsName = view.has('eigenvectors_') ? 'eigenvectors_' : 'alphas_';
  const vectors = transposed(view.matrix(vectorsName));
  if (vectors.cols !== points.rows)
    throw view.invalid(vectorsName, `${vectors.cols} rows`, `${points.rows}, one a fitted row`);
  const values = view.vector(view.has('eigenvalues_') ? 'eigenvalues_' : 'lambdas_', vectors.rows);
  if (!view.since(0, 22) && values.includes(0))
    throw view.unsupported('lambdas_', '0, by which releases before 0.22 divide', 'other numbers are');
  const centerer = view.child('_centerer');
  const means = centerer.vector('K_fit_rows_', points.rows);
  const mean = centerer.number('K_fit_all_');
  const weights = new Float64Array(vectors.data.length);
  const bias = new Float64Array(vectors.rows);
  for (let k = 0; k < vectors.rows; k++) {
    const own = vectors.data.subarray(k * points.rows, (k + 1) * points.rows);
    const scaled = own.map((value) => (values[k] === 0 ? 0 : value / Math.sqrt(values[k]!)));
    const sum = scaled.reduce((total, value) => total + value, 0);
    weights.set(
      scaled.map((value) => value - sum / points.rows),
      k * points.rows,
    );
    bias[k] = scaled.reduce((total, value, i) => total + value * (mean - means[i]!), 0);
  }
  const numbers = kernelNumbers(view);
  const gamma = view.has('gamma_') ? view.number('gamma_') : numbers.gamma;
  return {
    kind: 'kernel-map',
    ...view.base(points.cols),
    kernel: readPairwiseKernel(view, 'kernel', points.cols, { ...numbers, gamma }),
    points,
    weights: { ...vectors, data: weights },
    bias,
  };
}

/** Fitted rows of a kernel matrix that is centred by itself: its map has a cell for each two of them. */
const MAX_CENTRED = 1024;

/** `k - K_fit_rows_ - mean(k) + K_fit_all_`: a projection of `k - K_fit_rows_` off the vector of ones. */
function readKernelCenterer(view: EstimatorView): PcaStep {
  const mean = view.vector('K_fit_rows_');
  const size = mean.length;
  if (size === 0 || size > MAX_CENTRED)
    throw view.unsupported('K_fit_rows_', `${size} long`, `1 to ${MAX_CENTRED} long is`);
  const data = new Float64Array(size * size).fill(-1 / size);
  for (let k = 0; k < size; k++) data[k * size + k]! += 1;
  return {
    kind: 'pca',
    ...view.base(size),
    mean,
    components: { rows: size, cols: size, data },
    scale: null,
  };
}

/** Steps of one estimator, one after another. */
const chained = (base: StepBase, steps: Readonly<Record<string, ModelStep>>): PipelineStep => ({
  kind: 'pipeline',
  ...base,
  steps: Object.entries(steps).map(([name, step]) => ({ name, step })),
});

/** `√(2 / components) · cos(y · random_weights_ + random_offset_)` of what `first` makes of a row. */
function fourier(view: EstimatorView, first: (base: StepBase) => ModelStep): PipelineStep {
  const components = transposed(view.matrix('random_weights_'));
  const offset = view.vector('random_offset_', components.rows);
  const factor = Math.sqrt(2) / Math.sqrt(view.count('n_components', 100));
  const base = view.base(components.cols);
  const inner = { origin: view.origin, features: components.rows, featureNames: null };
  return chained(base, {
    prepare: first(base),
    project: { kind: 'pca', ...base, featureNames: null, mean: null, components, scale: null },
    shift: { kind: 'standard-scaler', ...inner, mean: offset.map((value) => -value), scale: null },
    wave: { kind: 'function', ...inner, function: 'cos' },
    scale: {
      kind: 'min-max-scaler',
      ...inner,
      scale: new Float64Array(components.rows).fill(factor),
      min: new Float64Array(components.rows),
      clip: null,
    },
  });
}

const column = (index: number): ColumnExpression => ({ kind: 'column', column: index });
const constant = (value: number): ColumnExpression => ({ kind: 'constant', value });
const apply = (name: FunctionName, of: ColumnExpression): ColumnExpression => ({
  kind: 'function',
  function: name,
  of,
});
const times = (left: ColumnExpression, right: ColumnExpression): ColumnExpression => ({
  kind: 'operation',
  operator: 'multiply',
  left,
  right,
});

/** Waves of log(x + skewedness); numbers of -skewedness and less are refused. */
function readSkewedChi2Sampler(view: EstimatorView): PipelineStep {
  const skewedness = view.number('skewedness', 1);
  return fourier(view, (base) => ({
    kind: 'arithmetic',
    ...base,
    refusesMissing: true,
    columns: Array.from({ length: base.features ?? 0 }, (_, k) =>
      apply('log', { kind: 'operation', operator: 'add', left: column(k), right: constant(skewedness) }),
    ),
    domains: Array.from({ length: base.features ?? 0 }, (_, k) => ({
      column: k,
      low: -skewedness,
      high: Number.POSITIVE_INFINITY,
      excluded: -skewedness,
    })),
  }));
}

/** Columns that come out; a count in a tiny file must not size anything. */
const MAX_SAMPLED = 2 ** 16;
/** The best intervals by steps (A. Vedaldi, A. Zisserman, Efficient additive kernels via explicit feature maps, 2011). */
const INTERVALS = [0.8, 0.5, 0.4];

/**
 * √(x L), then for each step j √(2 x L / cosh(π j L)) times the cosine and the sine of j L log x; zeros give zeros, numbers
 * below are refused. L is `sample_interval`.
 */
function readAdditiveChi2Sampler(view: EstimatorView): ModelStep {
  const base = view.base();
  const { features } = base;
  if (features === null) throw view.invalid('n_features_in_', 'missing', 'the number of columns');
  const steps = view.count('sample_steps', 2);
  const out = features * (2 * steps - 1);
  if (steps === 0 || out > MAX_SAMPLED)
    throw view.unsupported(
      'sample_steps',
      `${steps} for ${features} columns`,
      `up to ${MAX_SAMPLED} new columns are`,
    );
  const interval = intervalOf(view, steps);
  const scaled = (k: number): ColumnExpression => times(column(k), constant(interval));
  const all = (expression: (k: number) => ColumnExpression): readonly ColumnExpression[] =>
    Array.from({ length: features }, (_, k) => expression(k));
  const waves = Array.from({ length: steps - 1 }, (_, k) => k + 1).flatMap((j) =>
    (['cos', 'sin'] as const).flatMap((wave) => all((k) => waveOf(k, j, wave, interval))),
  );
  return {
    kind: 'arithmetic',
    ...base,
    refusesMissing: true,
    columns: [...all((k) => apply('sqrt', scaled(k))), ...waves],
    domains: Array.from({ length: features }, (_, k) => ({
      column: k,
      low: 0,
      high: Number.POSITIVE_INFINITY,
      excluded: null,
    })),
  };
}

function waveOf(k: number, j: number, wave: 'cos' | 'sin', interval: number): ColumnExpression {
  const doubled = times(times(constant(2), column(k)), constant(interval));
  const power: ColumnExpression = {
    kind: 'operation',
    operator: 'divide',
    left: doubled,
    right: constant(Math.cosh(Math.PI * j * interval)),
  };
  const angle = times(constant(j), times(constant(interval), apply('log', column(k))));
  return {
    kind: 'sign',
    of: apply('negative', column(k)),
    above: constant(0),
    below: times(apply('sqrt', power), apply(wave, angle)),
  };
}

/** `sample_interval_` and `_sample_interval` of releases before 1.5 are what `fit` chose. */
function intervalOf(view: EstimatorView, steps: number): number {
  for (const name of ['sample_interval_', '_sample_interval', 'sample_interval'])
    if ((view.get(name) ?? null) !== null) return view.number(name);
  const chosen = INTERVALS[steps - 1];
  if (chosen === undefined) throw view.invalid('sample_interval', 'None', `a number for ${steps} steps`);
  return chosen;
}

export const KERNEL_FAMILIES: readonly Family[] = [
  family('kernel_ridge', readKernelRidge, 'KernelRidge'),
  family('gaussian_process', readGaussianProcess, 'GaussianProcessRegressor'),
  family('gaussian_process', readGaussianProcessClassifier, 'GaussianProcessClassifier'),
  family('kernel_approximation', readNystroem, 'Nystroem'),
  family('kernel_approximation', readSkewedChi2Sampler, 'SkewedChi2Sampler'),
  family('kernel_approximation', readAdditiveChi2Sampler, 'AdditiveChi2Sampler'),
  family('decomposition', readKernelPca, 'KernelPCA'),
  family('preprocessing', readKernelCenterer, 'KernelCenterer'),
];

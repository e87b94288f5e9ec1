import type { EllipticEnvelopeStep, GaussianMixtureStep } from '../../model/gaussian.ts';
import type { Matrix } from '../../model/tensor.ts';
import { isType } from '../pickle/value.ts';
import { arrayItemsOf, toNumbers } from './arrays.ts';
import { digamma } from './digamma.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

type Factors = GaussianMixtureStep['factors'];

/** GaussianMixture and BayesianGaussianMixture (`mixture/_base.py`): offsets are all of a score but the squares. */
export function readGaussianMixture(view: EstimatorView): GaussianMixtureStep {
  const means = view.matrix('means_');
  const { rows, cols } = means;
  if (rows === 0 || cols === 0) throw view.invalid('means_', `${rows} by ${cols}`, 'components');
  // Of a tied covariance the squares cancel between components, and far away shares are rounding alone.
  const type = view.choice('covariance_type', ['full', 'diag', 'spherical']);
  const factors = factorsOf(view, type, means);
  const weights = view.className.startsWith('Bayesian')
    ? bayesianOffsets(view, means)
    : view.vector('weights_', rows).map(Math.log);
  const offsets = weights.map(
    (weight, k) => -0.5 * cols * Math.log(2 * Math.PI) + logDeterminant(factors, k) + weight,
  );
  if (!offsets.every((offset) => Number.isFinite(offset) || offset === -Infinity))
    throw view.invalid('precisions_cholesky_', 'no factors of precisions', 'positive diagonals');
  return { kind: 'gaussian-mixture', ...view.base(cols), means, factors, offsets };
}

function factorsOf(
  view: EstimatorView,
  type: 'full' | 'diag' | 'spherical',
  { rows, cols }: Matrix,
): Factors {
  const name = 'precisions_cholesky_';
  const array = view.array(name);
  const numbers = toNumbers(array);
  const shape = { full: [rows, cols, cols], diag: [rows, cols], spherical: [rows] }[type];
  if (numbers === null || array.shape.join() !== shape.join())
    throw view.invalid(name, show(array), `numbers [${shape.join(', ')}]`);
  switch (type) {
    case 'full': {
      const size = cols * cols;
      const matrices = Array.from({ length: rows }, (_, k): Matrix => {
        return { rows: cols, cols, data: numbers.slice(k * size, (k + 1) * size) };
      });
      return { kind: 'full', matrices };
    }
    case 'diag':
      return { kind: 'diagonal', diagonals: { rows, cols, data: numbers } };
    case 'spherical': {
      const data = Float64Array.from({ length: rows * cols }, (_, at) => numbers[Math.floor(at / cols)]!);
      return { kind: 'diagonal', diagonals: { rows, cols, data } };
    }
  }
}

/** Σ ln Lⱼⱼ. */
function logDeterminant(factors: Factors, k: number): number {
  const { cols, data } = factors.kind === 'full' ? factors.matrices[k]! : factors.diagonals;
  const [from, step] = factors.kind === 'full' ? [0, cols + 1] : [k * cols, 1];
  let sum = 0;
  for (let j = 0; j < cols; j++) sum += Math.log(data[from + j * step]!);
  return sum;
}

/** Expected logarithms of weights and precisions (`BayesianGaussianMixture._estimate_log_weights`, `_estimate_log_prob`). */
function bayesianOffsets(view: EstimatorView, { rows, cols }: Matrix): Float64Array {
  const freedom = view.vector('degrees_of_freedom_', rows);
  const precision = view.vector('mean_precision_', rows);
  const weights = bayesianWeights(view, rows);
  return weights.map((weight, k) => {
    let lambda = cols * Math.log(2);
    for (let j = 0; j < cols; j++) lambda += digamma(0.5 * (freedom[k]! - j));
    return weight - 0.5 * cols * Math.log(freedom[k]!) + 0.5 * (lambda - cols / precision[k]!);
  });
}

function bayesianWeights(view: EstimatorView, rows: number): Float64Array {
  const held = view.required('weight_concentration_');
  if (!isType(held, 'tuple')) {
    const concentration = view.vector('weight_concentration_', rows);
    const all = digamma(concentration.reduce((sum, one) => sum + one, 0));
    return concentration.map((one) => digamma(one) - all);
  }
  const [a, b] = (arrayItemsOf(held) ?? []).map((side) => (isType(side, 'array') ? toNumbers(side) : null));
  if (a?.length !== rows || b?.length !== rows)
    throw view.invalid('weight_concentration_', show(held), `two vectors of ${rows} numbers`);
  let rest = 0;
  return a.map((one, k) => {
    const both = digamma(one + b[k]!);
    const weight = digamma(one) - both + rest;
    rest += digamma(b[k]!) - both;
    return weight;
  });
}

/** EllipticEnvelope; without `store_precision` its precision is inverted at every call. */
export function readEllipticEnvelope(view: EstimatorView): EllipticEnvelopeStep {
  const centre = view.vector('location_');
  if (view.get('precision_') === null)
    throw view.unsupported('store_precision', 'False', 'a precision that the file holds is');
  const precision = view.matrix('precision_', centre.length);
  if (precision.rows !== centre.length)
    throw view.invalid('precision_', `${precision.rows} rows`, `${centre.length}, one a column`);
  return {
    kind: 'elliptic-envelope',
    ...view.base(centre.length),
    centre,
    precision,
    offset: view.number('offset_'),
  };
}

export const GAUSSIAN_FAMILIES: readonly Family[] = [
  family('mixture', readGaussianMixture, 'GaussianMixture', 'BayesianGaussianMixture'),
  family('covariance', readEllipticEnvelope, 'EllipticEnvelope'),
];

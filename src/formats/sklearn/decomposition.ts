import type { PcaStep } from '../../model/decomposition.ts';
import type { Matrix } from '../../model/tensor.ts';
import { isType } from '../pickle/value.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import { solvePositive, timesTransposed } from './solve.ts';
import type { EstimatorView } from './view.ts';

const EPS64 = 2 ** -52;

/** PCA and IncrementalPCA. Whitening divides by the standard deviations, at least eps from 1.5 (`_BasePCA.transform`). */
function readPca(view: EstimatorView): PcaStep {
  const components = view.matrix('components_');
  const mean = view.vectorOrNull('mean_', components.cols);
  const floor = view.since(1, 5) ? EPS64 : 0;
  const scale = view.flag('whiten', false)
    ? view
        .vector('explained_variance_', components.rows)
        .map((variance) => Math.max(Math.sqrt(variance), floor))
    : null;
  return { kind: 'pca', ...view.base(components.cols), mean, components, scale };
}

const projection = (view: EstimatorView, components: Matrix, mean: Float64Array | null): PcaStep => ({
  kind: 'pca',
  ...view.base(components.cols),
  ...{ mean, components, scale: null },
});

/** TruncatedSVD, NeighborhoodComponentsAnalysis and random projections are a PCA without centring. */
const readProjection = (view: EstimatorView): PcaStep => projection(view, view.matrix('components_'), null);

/** FastICA keeps a mean where it whitened. */
function readFastIca(view: EstimatorView): PcaStep {
  const components = view.matrix('components_');
  return projection(view, components, view.vectorOrNull('mean_', components.cols));
}

/**
 * FactorAnalysis: the expected factors `(I + W Ψ⁻¹ Wᵀ)⁻¹ W Ψ⁻¹ (x - mean)` of loadings W and noise variances Ψ, as one
 * matrix (Barber, Bayesian Reasoning and Machine Learning, 21.2).
 */
function readFactorAnalysis(view: EstimatorView): PcaStep {
  const loadings = view.matrix('components_');
  const { cols } = loadings;
  const noise = view.vector('noise_variance_', cols);
  const weighed = { ...loadings, data: loadings.data.map((value, k) => value / noise[k % cols]!) };
  const components = solved(view, loadings, 1, weighed);
  return projection(view, components, view.vector('mean_', cols));
}

/** SparsePCA and MiniBatchSparsePCA: ridge regression of `x - mean` on the components, `(C Cᵀ + αI)⁻¹ C (x - mean)`. */
function readSparsePca(view: EstimatorView): PcaStep {
  const own = view.matrix('components_');
  const components = solved(view, own, view.number('ridge_alpha'), own);
  return projection(view, components, view.vector('mean_', own.cols));
}

/** Components for which a system of equations is solved while a file is read. */
const MAX_SOLVED = 512;

/** `(right · leftᵀ + diagonal · I)⁻¹ · right`. */
function solved(view: EstimatorView, left: Matrix, diagonal: number, right: Matrix): Matrix {
  const { rows: n } = right;
  if (n > MAX_SOLVED) throw view.unsupported('components_', `${n} components`, `up to ${MAX_SOLVED} are`);
  const gram = timesTransposed(right, left);
  const data = gram.data.map((value, k) => (k % (n + 1) === 0 ? value + diagonal : value));
  const solution = solvePositive({ ...gram, data }, right);
  if (solution === null)
    throw view.unsupported('components_', 'components that depend on each other', 'independent ones are');
  return solution;
}

/** Weights of a pooling, above which the few columns of a file would size a matrix. */
const MAX_POOLED = 2 ** 22;

/** FeatureAgglomeration pools columns by their mean: sums of the columns of a cluster, each divided by their number. */
export function readFeatureAgglomeration(view: EstimatorView): PcaStep {
  const pooling = view.get('pooling_func');
  if (!isType(pooling, 'global') || pooling.name !== 'mean' || !pooling.module.startsWith('numpy'))
    throw view.unsupported('pooling_func', show(pooling ?? null), 'numpy.mean is');
  const labels = view.vector('labels_');
  const clusters = view.count('n_clusters_');
  if (clusters === 0 || clusters > labels.length || clusters * labels.length > MAX_POOLED)
    throw view.unsupported(
      'n_clusters_',
      `${clusters} of ${labels.length} columns`,
      `up to ${MAX_POOLED} weights are`,
    );
  const sizes = new Float64Array(clusters);
  for (const label of labels) {
    if (!Number.isInteger(label) || label < 0 || label >= clusters)
      throw view.invalid('labels_', String(label), `the index of one of ${clusters} clusters`);
    sizes[label]!++;
  }
  if (!sizes.every((size) => size > 0))
    throw view.invalid('labels_', 'a cluster without columns', 'columns in each');
  const data = new Float64Array(clusters * labels.length);
  labels.forEach((label, column) => {
    data[label * labels.length + column] = 1;
  });
  const components = { rows: clusters, cols: labels.length, data };
  return { kind: 'pca', ...view.base(labels.length), mean: null, components, scale: sizes };
}

export const DECOMPOSITION_FAMILIES: readonly Family[] = [
  family('decomposition', readPca, 'PCA', 'IncrementalPCA'),
  family('decomposition', readProjection, 'TruncatedSVD'),
  family('decomposition', readFastIca, 'FastICA'),
  family('decomposition', readFactorAnalysis, 'FactorAnalysis'),
  family('decomposition', readSparsePca, 'SparsePCA', 'MiniBatchSparsePCA'),
  family('cluster', readFeatureAgglomeration, 'FeatureAgglomeration'),
  family('neighbors', readProjection, 'NeighborhoodComponentsAnalysis'),
  family('random_projection', readProjection, 'GaussianRandomProjection', 'SparseRandomProjection'),
];

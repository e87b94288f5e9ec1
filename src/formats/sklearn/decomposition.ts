import type { KMeansStep, PcaStep } from '../../model/decomposition.ts';
import type { EstimatorView } from './view.ts';

const EPS64 = 2 ** -52;

/** PCA and IncrementalPCA. Whitening divides by the standard deviations, at least eps from 1.5 (`_BasePCA.transform`). */
export function readPca(view: EstimatorView): PcaStep {
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

/** TruncatedSVD is a PCA without centring. */
export function readTruncatedSvd(view: EstimatorView): PcaStep {
  const components = view.matrix('components_');
  return { kind: 'pca', ...view.base(components.cols), mean: null, components, scale: null };
}

/** KMeans and MiniBatchKMeans. */
export function readKMeans(view: EstimatorView): KMeansStep {
  const centers = view.matrix('cluster_centers_');
  const whole = view.since(0, 23) ? {} : { wholeDistances: true as const };
  return { kind: 'k-means', ...view.base(centers.cols), centers, ...whole };
}

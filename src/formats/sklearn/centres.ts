import type {
  CentreMetric,
  CentreTreeStep,
  NearestCentreStep,
  ShrunkenCentroidsStep,
} from '../../model/centres.ts';
import type { LabelSet, Matrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

function readCentres(view: EstimatorView, field: string): Matrix {
  const centers = view.matrix(field);
  if (centers.rows === 0) throw view.invalid(field, 'no centres', 'one or more');
  return centers;
}

/** KMeans and MiniBatchKMeans. */
export function readKMeans(view: EstimatorView): NearestCentreStep {
  const centers = readCentres(view, 'cluster_centers_');
  const whole = view.since(0, 23) ? {} : { wholeDistances: true as const };
  const base = view.base(centers.cols);
  return { kind: 'nearest-centre', ...base, centers, role: 'transformer', labels: null, ...whole };
}

const counted = (length: number): LabelSet => ({ type: 'int', values: Array.from({ length }, (_, k) => k) });

/** MeanShift: the index of the nearest centre, int64. */
function readMeanShift(view: EstimatorView): NearestCentreStep {
  const centers = readCentres(view, 'cluster_centers_');
  const base = view.base(centers.cols);
  const labels = counted(centers.rows);
  return { kind: 'nearest-centre', ...base, centers, role: 'clusterer', labels, wholeDistances: true };
}

/** AffinityPropagation: as MeanShift; where it did not converge there is no centre and every row is -1. */
function readAffinityPropagation(view: EstimatorView): NearestCentreStep {
  view.choice('affinity', ['euclidean'], 'euclidean');
  const { rows, cols } = view.matrix('cluster_centers_');
  if (rows > 0) return readMeanShift(view);
  const centers = { rows: 1, cols, data: new Float64Array(cols) };
  const labels: LabelSet = { type: 'int', values: [-1] };
  return { kind: 'nearest-centre', ...view.base(cols), centers, role: 'clusterer', labels };
}

/** Distances of float64 rows from float32 centres are a mixture of both in these classes. */
function readDoubleCentres(view: EstimatorView, field: string): Matrix {
  const { dtype } = view.array(field);
  if (dtype.code === 'f' && dtype.itemSize !== 8)
    throw view.unsupported(field, 'centres in float32', 'float64 is');
  return readCentres(view, field);
}

/** Birch: the cluster of the nearest subcluster, whatever clustered them, and the distances from all of them. */
function readBirch(view: EstimatorView): NearestCentreStep {
  const centers = readDoubleCentres(view, 'subcluster_centers_');
  const labels = view.labels('subcluster_labels_');
  if (labels.type !== 'int')
    throw view.unsupported('subcluster_labels_', `labels of type ${labels.type}`, 'numbers of clusters are');
  if (labels.values.length !== centers.rows)
    throw view.invalid(
      'subcluster_labels_',
      `${labels.values.length} labels`,
      `${centers.rows}, one a subcluster`,
    );
  const base = view.base(centers.cols);
  return { kind: 'nearest-centre', ...base, centers, role: 'transformer', labels, wholeDistances: true };
}

/** BisectingKMeans: splits in the order in which a walk from the root meets them, the first side first. */
function readBisectingKMeans(view: EstimatorView): CentreTreeStep {
  const centers = readDoubleCentres(view, 'cluster_centers_');
  const { rows: clusters, cols } = centers;
  const mean = view.vectorOrNull('_X_mean', cols);
  const compared = new Float64Array(2 * (clusters - 1) * cols);
  const next = new Int32Array(2 * (clusters - 1));
  const waiting: { readonly node: EstimatorView; readonly from: number }[] = [];
  let splits = 0;
  let node: EstimatorView | undefined = view.child('_bisecting_tree');
  for (let from = -1; node !== undefined; ) {
    const isLeaf: boolean = (node.get('left') ?? null) === null;
    if (from >= 0) next[from] = isLeaf ? -1 - clusterOf(node, clusters) : splits;
    if (!isLeaf) {
      if (splits === clusters - 1) throw view.invalid('_bisecting_tree', 'more splits', `${splits} splits`);
      for (const [side, name] of ['left', 'right'].entries()) {
        const inner = node.child(name);
        compared.set(shifted(inner.vector('center', cols), mean), (2 * splits + side) * cols);
        waiting.push({ node: inner, from: 2 * splits + side });
      }
      splits++;
    }
    ({ node, from } = waiting.pop() ?? { node: undefined, from });
  }
  if (splits < clusters - 1)
    throw view.invalid('_bisecting_tree', `${splits} splits`, `${clusters - 1} of ${clusters} clusters`);
  return {
    kind: 'centre-tree',
    ...view.base(cols),
    centers,
    compared: { rows: next.length, cols, data: compared },
    next,
  };
}

function clusterOf(node: EstimatorView, clusters: number): number {
  const label = node.count('label');
  if (label >= clusters)
    throw node.invalid('label', String(label), `the index of one of ${clusters} clusters`);
  return label;
}

const shifted = (center: Float64Array, by: Float64Array | null): Float64Array =>
  by === null ? center : center.map((value, k) => value + by[k]!);

const METRICS: Readonly<Record<string, CentreMetric>> = {
  ...{ euclidean: 'euclidean', l2: 'euclidean' },
  ...{ manhattan: 'manhattan', l1: 'manhattan', cityblock: 'manhattan' },
};

function readNearestCentroid(view: EstimatorView): NearestCentreStep | ShrunkenCentroidsStep {
  const classes = view.labels('classes_');
  const { length } = classes.values;
  const centers = readCentres(view, 'centroids_');
  if (centers.rows !== length)
    throw view.invalid('centroids_', `${centers.rows} rows`, `${length}, one a class`);
  const metric = METRICS[view.choice('metric', ['euclidean', 'l2', 'manhattan', 'l1', 'cityblock'])]!;
  const base = view.base(centers.cols);
  const nearest: NearestCentreStep = {
    ...{ kind: 'nearest-centre', ...base, centers, role: 'classifier', labels: classes },
    ...(metric === 'manhattan' ? { metric } : { wholeDistances: true }),
  };
  return view.has('class_prior_') ? withPriors(view, nearest, metric, classes) : nearest;
}

/**
 * Since 1.6 scores with priors beside the nearest centroid, which still predicts where classes are as likely as each
 * other (`_nearest_centroid.py`: by numpy's isclose).
 */
function withPriors(
  view: EstimatorView,
  nearest: NearestCentreStep,
  metric: CentreMetric,
  classes: LabelSet,
): NearestCentreStep | ShrunkenCentroidsStep {
  const { centers } = nearest;
  const priors = view.vector('class_prior_', centers.rows);
  const even = 1 / centers.rows;
  const isEven = priors.every((prior) => Math.abs(prior - even) <= 1e-8 + 1e-5 * even);
  if (isEven && metric === 'manhattan') return nearest;
  const deviations = view.vector('within_class_std_dev_', centers.cols);
  if (!deviations.every((deviation) => deviation >= 0 && deviation < Infinity))
    throw view.invalid(
      'within_class_std_dev_',
      show(view.get('within_class_std_dev_')!),
      'finite deviations',
    );
  return {
    kind: 'shrunken-centroids',
    ...view.base(centers.cols),
    ...{ centers, metric, classes },
    scale: deviations.map((deviation) => (deviation === 0 ? 1 : deviation)),
    offsets: priors.map((prior) => 2 * Math.log(prior)),
    nearest: isEven ? nearest : null,
  };
}

export const CENTRE_FAMILIES: readonly Family[] = [
  family('cluster', readKMeans, 'KMeans', 'MiniBatchKMeans'),
  family('cluster', readMeanShift, 'MeanShift'),
  family('cluster', readAffinityPropagation, 'AffinityPropagation'),
  family('cluster', readBirch, 'Birch'),
  family('cluster', readBisectingKMeans, 'BisectingKMeans'),
  family('neighbors', readNearestCentroid, 'NearestCentroid'),
];

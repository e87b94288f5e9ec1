import type { Metric, NearestNeighborsStep, NeighborTask, PointSearch } from '../../model/neighbors.ts';
import type { LabelSet, Matrix } from '../../model/tensor.ts';
import { dictGet } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toNumbers, toText } from './arrays.ts';
import { type Family, family } from './family.ts';
import { readPointTree } from './point-tree.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

const MINKOWSKI_P: ReadonlyMap<string, number> = new Map([
  ['euclidean', 2],
  ['l2', 2],
  ['manhattan', 1],
  ['cityblock', 1],
  ['l1', 1],
  ['chebyshev', Infinity],
  ['infinity', Infinity],
]);

/** Metrics by the name under which the fitted object keeps them; callables and distances given beforehand have no answer here. */
function readMetric(view: EstimatorView, features: number): Metric {
  const name = toText(view.required('effective_metric_'));
  const p = MINKOWSKI_P.get(name ?? '');
  if (p !== undefined) return { kind: 'minkowski', p, weights: null };
  switch (name) {
    case 'sqeuclidean':
      return { kind: 'minkowski', p: 2, weights: null, squared: true };
    case 'minkowski':
    case 'p':
      return {
        kind: 'minkowski',
        p: powerOf(view),
        weights: parameterVector(view, 'w', features),
      };
    case 'seuclidean': {
      const variances = parameterVector(view, 'V', features);
      if (variances === null)
        throw view.unsupported('metric_params', 'no V', 'variances that do not depend on the rows are');
      return { kind: 'scaled', variances };
    }
    case 'cosine':
    case 'canberra':
      return { kind: name };
    case 'hamming':
      // Whole numbers of columns tie at every turn; between ties numpy's partition decides where there is no tree.
      if (view.get('_fit_method') === 'ball_tree') return { kind: name };
      break;
  }
  throw view.unsupported(
    'effective_metric_',
    show(view.required('effective_metric_')),
    'euclidean, manhattan, chebyshev, minkowski, seuclidean, cosine, canberra and hamming (in a ball tree) are',
  );
}

function powerOf(view: EstimatorView): number {
  const p = toNumber(parameter(view, 'p')) ?? view.number('p', 2);
  if (!(p > 0)) throw view.invalid('p', String(p), 'a number above 0');
  return p;
}

function parameter(view: EstimatorView, name: string): PyValue | undefined {
  const parameters = view.get('effective_metric_params_');
  const found = isType(parameters, 'dict') ? dictGet(parameters, name) : undefined;
  return found === null ? undefined : found;
}

function parameterVector(view: EstimatorView, name: string, features: number): Float64Array | null {
  const value = parameter(view, name);
  if (value === undefined) return null;
  const items = isType(value, 'array') ? toNumbers(value) : arrayItemsOf(value)?.map(toNumber);
  if (!items?.every((item) => item !== null && item >= 0))
    throw view.invalid(`metric_params.${name}`, show(value), 'numbers from 0 on');
  if (items.length !== features)
    throw view.invalid(`metric_params.${name}`, `${items.length} long`, `${features} long`);
  return Float64Array.from(items as Iterable<number>);
}

/** What every estimator of `sklearn.neighbors` keeps: points, metric, and the tree that it searches. */
function readPointSearch(view: EstimatorView): PointSearch {
  const method = view.choice('_fit_method', ['brute', 'kd_tree', 'ball_tree']);
  const points = view.matrix('_fit_X');
  if (points.rows === 0 || points.cols === 0) throw view.invalid('_fit_X', 'no points', 'points');
  if (!points.data.every(Number.isFinite))
    throw view.unsupported('_fit_X', 'missing numbers', 'finite ones are');
  const metric = readMetric(view, points.cols);
  return { points, metric, tree: method === 'brute' ? null : readPointTree(view, method, points, metric) };
}

/** The classes of the points by output, or their targets. */
function readNeighborTask(view: EstimatorView, points: number): NeighborTask {
  const targets = view.array('_y');
  const outputs = targets.shape.length === 2 ? targets.shape[1]! : 1;
  const values = view.matrix('_y');
  if (targets.shape.length > 2 || targets.shape[0] !== points || outputs === 0)
    throw view.invalid('_y', show(targets), `${points} targets, one a point`);
  const data = { rows: points, cols: outputs, data: values.data };
  if (view.className.endsWith('Classifier'))
    return {
      kind: 'classification',
      targets: classGroups(view, outputs).map((classes, k) => ({
        classes,
        codes: codesOf(view, classes, data, k),
      })),
    };
  if (targets.dtype.code === 'f' && targets.dtype.itemSize !== 8)
    throw view.unsupported('_y', 'targets in float32, of which means are float32 too', 'float64 is');
  return { kind: 'regression', values: data, flat: targets.shape.length === 1 };
}

function classGroups(view: EstimatorView, outputs: number): readonly LabelSet[] {
  const several = view.flag('outputs_2d_', outputs > 1);
  const held = several ? view.items('classes_') : [view.required('classes_')];
  if (held.length !== outputs) throw view.invalid('classes_', `${held.length} outputs`, `${outputs} outputs`);
  const groups = held.map((one) => view.toLabels('classes_', one));
  if (new Set(groups.map(({ type }) => type)).size > 1)
    throw view.unsupported('classes_', 'outputs with labels of several types', 'one type for all outputs is');
  return groups;
}

function codesOf(
  view: EstimatorView,
  classes: LabelSet,
  { rows, cols, data }: Matrix,
  k: number,
): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    const code = data[row * cols + k]!;
    if (!Number.isInteger(code) || code < 0 || code >= classes.values.length)
      throw view.invalid('_y', String(code), `the index of one of ${classes.values.length} classes`);
    return code;
  });
}

/** `weights`: all alike (None is `uniform`) or by 1 / distance. */
const readWeighting = (view: EstimatorView): 'uniform' | 'distance' =>
  view.get('weights') === null ? 'uniform' : view.choice('weights', ['uniform', 'distance']);

/** KNeighborsClassifier and KNeighborsRegressor. */
export function readNearestNeighbors(view: EstimatorView): NearestNeighborsStep {
  const search = readPointSearch(view);
  const k = view.count('n_neighbors');
  if (k === 0 || k > search.points.rows)
    throw view.invalid('n_neighbors', String(k), `1 to ${search.points.rows}, as there are points`);
  return {
    kind: 'nearest-neighbors',
    ...view.base(search.points.cols),
    search,
    k,
    weighting: readWeighting(view),
    refusesFar: view.className.endsWith('Classifier') && view.since(1, 4),
    task: readNeighborTask(view, search.points.rows),
  };
}

export const NEIGHBORS_FAMILIES: readonly Family[] = [
  family('neighbors', readNearestNeighbors, 'KNeighborsClassifier', 'KNeighborsRegressor'),
];

import type { Metric, PointSearch } from '../../model/neighbors.ts';
import { dictGet } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toNumbers, toText } from './arrays.ts';
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
export function readPointSearch(view: EstimatorView): PointSearch {
  const method = view.choice('_fit_method', ['brute', 'kd_tree', 'ball_tree']);
  const points = view.matrix('_fit_X');
  if (points.rows === 0 || points.cols === 0) throw view.invalid('_fit_X', 'no points', 'points');
  if (!points.data.every(Number.isFinite))
    throw view.unsupported('_fit_X', 'missing numbers', 'finite ones are');
  const metric = readMetric(view, points.cols);
  return { points, metric, tree: method === 'brute' ? null : readPointTree(view, method, points, metric) };
}

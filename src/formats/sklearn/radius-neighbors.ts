import type { NeighborTask, NoNeighbor, OutlierLabel, RadiusNeighborsStep } from '../../model/neighbors.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from './arrays.ts';
import { type Family, family } from './family.ts';
import { readNeighborTask, readWeighting } from './neighbor-task.ts';
import { readPointSearch } from './point-search.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Radii whose squares are numbers. */
const MAX_RADIUS = 1e150;

/** Points times classes of an output: a graph counts votes by a table of them. */
const MAX_MEMBERSHIPS = 2 ** 24;

/** RadiusNeighborsClassifier and RadiusNeighborsRegressor. */
export function readRadiusNeighbors(view: EstimatorView): RadiusNeighborsStep {
  const search = readPointSearch(view);
  const radius = view.number('radius');
  if (!(radius >= 0 && radius <= MAX_RADIUS))
    throw view.invalid('radius', String(radius), `a number from 0 to ${MAX_RADIUS}`);
  const task = readNeighborTask(view, search.points.rows);
  if (task.kind === 'classification') checkMemberships(view, task, search.points.rows);
  return {
    kind: 'radius-neighbors',
    ...view.base(search.points.cols),
    search,
    radius,
    weighting: readWeighting(view),
    task,
    none: task.kind === 'classification' ? readOutliers(view, task) : readEmptyMean(view, task),
  };
}

function checkMemberships(
  view: EstimatorView,
  { targets }: Extract<NeighborTask, { kind: 'classification' }>,
  points: number,
): void {
  const classes = targets.reduce((sum, target) => sum + target.classes.values.length, 0);
  if (classes * points > MAX_MEMBERSHIPS)
    throw view.unsupported(
      'classes_',
      `${classes} classes of ${points} points`,
      `up to ${MAX_MEMBERSHIPS} pairs are`,
    );
}

function readOutliers(
  view: EstimatorView,
  { targets }: Extract<NeighborTask, { kind: 'classification' }>,
): NoNeighbor {
  const value = view.get('outlier_label_');
  if (value === undefined || value === null) return { kind: 'refused' };
  if (targets.length === 1 && countsClasses(view))
    throw view.unsupported(
      'outlier_label',
      `${show(value)} with algorithm 'brute', where releases compare it with classes or with their indexes,`,
      'None is',
    );
  const items = arrayItemsOf(value);
  if (items?.length !== targets.length)
    throw view.invalid('outlier_label_', show(value), `${targets.length} labels, one an output`);
  return { kind: 'labels', targets: targets.map(({ classes }, t) => readOutlier(view, classes, items[t]!)) };
}

/**
 * Whether the library counts classes as it measures distances (`RadiusNeighborsClassMode`, from 1.4 on), which takes the
 * label of outliers for something else than the class of that name.
 */
function countsClasses(view: EstimatorView): boolean {
  const metric = toText(view.required('effective_metric_')) ?? '';
  return (
    view.since(1, 4) &&
    toText(view.get('weights')) === 'uniform' &&
    toText(view.get('_fit_method')) === 'brute' &&
    !['euclidean', 'sqeuclidean', 'cosine'].includes(metric)
  );
}

/** A label as training checked it: of the type of the classes, whether it is one of them or not. */
function readOutlier(view: EstimatorView, classes: LabelSet, value: PyValue): OutlierLabel {
  const label: string | number | boolean | null =
    classes.type === 'string' ? toText(value) : classes.type === 'bool' ? toBool(value) : toNumber(value);
  if (label === null || (classes.type === 'int' && !Number.isSafeInteger(label)))
    throw view.invalid('outlier_label_', show(value), 'a label of the type of the classes');
  const code = (classes.values as readonly unknown[]).indexOf(label);
  if (code >= 0) return { labels: classes, code };
  const labels = { type: classes.type, values: [...classes.values, label] } as LabelSet;
  return { labels, code: classes.values.length };
}

const toBool = (value: PyValue): boolean | null => {
  const number = toNumber(value);
  return number === null ? null : number !== 0;
};

/** The NaN that rows without neighbours get is made a number of the type of the targets (`np.full_like`). */
function readEmptyMean(
  view: EstimatorView,
  { values }: Extract<NeighborTask, { kind: 'regression' }>,
): NoNeighbor {
  if (!values.data.every(Number.isFinite)) throw view.invalid('_y', 'missing numbers', 'finite targets');
  const { dtype } = view.array('_y');
  if (dtype.code === 'f') return { kind: 'number', value: NaN };
  // As x86 converts it, whatever the value.
  if (dtype.code === 'i' && dtype.itemSize === 8) return { kind: 'number', value: -(2 ** 63) };
  throw view.unsupported('_y', show(view.array('_y')), 'float64 and int64 targets are');
}

export const RADIUS_NEIGHBORS_FAMILIES: readonly Family[] = [
  family('neighbors', readRadiusNeighbors, 'RadiusNeighborsClassifier', 'RadiusNeighborsRegressor'),
];

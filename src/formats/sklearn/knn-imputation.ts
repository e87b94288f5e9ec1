import type { ImputedColumn, KnnImputerStep } from '../../model/knn-imputation.ts';
import type { Matrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import { indicatorsOf, missingMarkerOf } from './imputation.ts';
import { readWeighting } from './neighbor-task.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Of whole numbers alone: distances tie at every turn. */
const TIES =
  'KNNImputer: of rows equally far away the first ones count here; scikit-learn leaves the choice to a partition of ' +
  'numpy, which differs between processors';

/**
 * KNNImputer. Before 1.4 the indicators are left out where no row of a batch misses anything; here a row has the same
 * columns whatever is beside it.
 */
function readKnnImputer(view: EstimatorView): KnnImputerStep {
  view.choice('metric', ['nan_euclidean'], 'nan_euclidean');
  const missing = missingMarkerOf(view, view.get('missing_values'));
  if (missing.kind === 'string')
    throw view.unsupported('missing_values', `'${missing.value}'`, 'numbers are');
  const points = readPoints(view, missing.kind === 'number' ? missing.value : NaN);
  const k = view.count('n_neighbors', 5);
  if (k === 0) throw view.invalid('n_neighbors', '0', 'at least 1');
  const weighting = readWeighting(view);
  const indicators = view.flag('add_indicator', false) ? indicatorsOf(view, points.cols) : [];
  const empty = view.flag('keep_empty_features', false) ? 'zero' : 'dropped';
  const columns = Array.from({ length: points.cols }, (_, column) => columnOf(points, column, empty));
  if (indicators.length === 0 && columns.every(({ kind }) => kind === 'dropped'))
    throw view.unsupported('_fit_X', 'no value', 'columns that are not all dropped are');
  if (points.data.every((value) => Number.isNaN(value) || Number.isInteger(value)))
    view.reading.note('warning', TIES);
  return {
    kind: 'knn-imputer',
    ...view.base(points.cols),
    ...{ missing, points, k, weighting },
    columns,
    indicators,
    // Alike weights counted every point before 1.6.
    countsAll: weighting === 'uniform' && !view.since(1, 6),
  };
}

/** Points with NaN where they miss a value. */
function readPoints(view: EstimatorView, marker: number): Matrix {
  const { dtype } = view.array('_fit_X');
  if (dtype.code !== 'f' || dtype.itemSize !== 8)
    throw view.unsupported('_fit_X', show(view.array('_fit_X')), 'float64 is');
  const points = view.matrix('_fit_X');
  if (points.rows === 0 || points.cols === 0) throw view.invalid('_fit_X', 'no points', 'points');
  const data = points.data.map((value) => (value === marker ? NaN : value));
  const isOther = (value: number): boolean =>
    !Number.isFinite(value) && !(Number.isNaN(value) && Number.isNaN(marker));
  if (points.data.some(isOther))
    throw view.invalid('_fit_X', 'other than numbers', 'numbers and missing ones');
  return { ...points, data };
}

/** The mean in numpy's order, in which a missing value counts as 0 (`numpy.ma`). */
function columnOf({ rows, cols, data }: Matrix, column: number, empty: 'zero' | 'dropped'): ImputedColumn {
  const values = Float64Array.from({ length: rows }, (_, row) => data[row * cols + column]!);
  const points = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  if (points === 0) return { kind: empty };
  const filled = values.map((value) => (Number.isNaN(value) ? 0 : value));
  return { kind: 'neighbors', mean: pairwiseSum(filled, 0, rows) / points, points };
}

export const KNN_IMPUTATION_FAMILIES: readonly Family[] = [family('impute', readKnnImputer, 'KNNImputer')];

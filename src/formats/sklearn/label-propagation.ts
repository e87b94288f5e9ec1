import type { LabelPropagationStep, PropagationKernel } from '../../model/label-propagation.ts';
import type { Matrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import { readPointSearch } from './point-search.ts';
import type { EstimatorView } from './view.ts';

/** LabelPropagation and LabelSpreading: they differ in how training spreads the shares, not in what it leaves. */
function readLabelPropagation(view: EstimatorView): LabelPropagationStep {
  const classes = view.labels('classes_');
  const points = view.matrix('X_');
  if (points.rows === 0 || points.cols === 0) throw view.invalid('X_', 'no points', 'points');
  const shares = view.matrix('label_distributions_', classes.values.length);
  if (shares.rows !== points.rows)
    throw view.invalid('label_distributions_', `${shares.rows} rows`, `${points.rows}, one a point`);
  if (!points.data.every(Number.isFinite)) throw view.invalid('X_', 'missing numbers', 'finite ones');
  if (!areShares(shares)) throw view.invalid('label_distributions_', 'other numbers', 'shares of classes');
  const kernel: PropagationKernel =
    view.choice('kernel', ['rbf', 'knn']) === 'knn'
      ? readNeighbors(view, points.rows)
      : { kind: 'rbf', points, gamma: readGamma(view) };
  return { kind: 'label-propagation', ...view.base(points.cols), kernel, shares, classes };
}

/** A point that no label has come to has NaN in every class (in releases before 1.0). */
function areShares({ cols, data }: Matrix): boolean {
  return data.every((share, at) =>
    Number.isNaN(share) ? Number.isNaN(data[at - (at % cols)]!) : share >= 0 && share < Infinity,
  );
}

function readGamma(view: EstimatorView): number {
  const gamma = view.number('gamma');
  if (!(gamma >= 0 && gamma < Infinity)) throw view.invalid('gamma', String(gamma), 'a number from 0 on');
  return gamma;
}

/** The search that training has made and keeps (`nn_fit`). */
function readNeighbors(view: EstimatorView, points: number): PropagationKernel {
  const neighbors = view.child('nn_fit');
  const search = readPointSearch(neighbors);
  const k = neighbors.count('n_neighbors');
  if (search.points.rows !== points || k === 0 || k > points)
    throw view.invalid('nn_fit', `${k} of ${search.points.rows} points`, `neighbours among ${points} points`);
  return { kind: 'knn', search, k };
}

export const LABEL_PROPAGATION_FAMILIES: readonly Family[] = [
  family('semi_supervised', readLabelPropagation, 'LabelPropagation', 'LabelSpreading'),
];

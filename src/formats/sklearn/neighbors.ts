import type { NearestNeighborsStep } from '../../model/neighbors.ts';
import { type Family, family } from './family.ts';
import { readNeighborTask, readWeighting } from './neighbor-task.ts';
import { readPointSearch } from './point-search.ts';
import type { EstimatorView } from './view.ts';

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

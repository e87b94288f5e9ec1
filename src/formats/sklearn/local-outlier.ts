import type { LocalOutlierFactorStep } from '../../model/local-outlier.ts';
import { type Family, family } from './family.ts';
import { readPointSearch } from './point-search.ts';
import type { EstimatorView } from './view.ts';

/** LocalOutlierFactor, of which training kept the distance of the k-th neighbour of each point, and its density. */
function readLocalOutlierFactor(view: EstimatorView): LocalOutlierFactorStep {
  if (!view.flag('novelty', false))
    throw view.unsupported(
      'novelty',
      'False, with which it scores the rows of its training alone,',
      'True is',
    );
  const search = readPointSearch(view);
  const { rows } = search.points;
  const k = view.count('n_neighbors_');
  const distances = view.matrix('_distances_fit_X_');
  if (k === 0 || k > rows || distances.cols !== k || distances.rows !== rows)
    throw view.invalid('_distances_fit_X_', `[${distances.rows}, ${distances.cols}]`, `[${rows}, ${k}]`);
  const reach = Float64Array.from({ length: rows }, (_, point) => distances.data[point * k + k - 1]!);
  const density = view.vector('_lrd', rows);
  if (!reach.every((value) => value >= 0) || !density.every((value) => value > 0))
    throw view.invalid('_lrd', 'no densities', 'distances and densities of the points');
  const offset = view.number('offset_');
  return {
    kind: 'local-outlier-factor',
    ...view.base(search.points.cols),
    search,
    k,
    reach,
    density,
    offset,
  };
}

export const LOCAL_OUTLIER_FAMILIES: readonly Family[] = [
  family('neighbors', readLocalOutlierFactor, 'LocalOutlierFactor'),
];

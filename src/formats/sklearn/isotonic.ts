import type { IsotonicCurve, IsotonicStep } from '../../model/isotonic.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

function readIsotonic(view: EstimatorView): IsotonicStep {
  return { kind: 'isotonic', ...view.base(1), curve: readCurve(view) };
}

/** The points of an IsotonicRegression, by the names that they have from 0.24 on or had before. */
export function readCurve(view: EstimatorView): IsotonicCurve {
  const outOfBounds = view.choice('out_of_bounds', ['clip', 'nan', 'raise']);
  const [xName, yName] = view.has('_necessary_X_')
    ? ['_necessary_X_', '_necessary_y_']
    : ['X_thresholds_', 'y_thresholds_'];
  const x = view.vector(xName);
  const y = view.vector(yName, x.length);
  const isAscending = x.every((value, i) => i === 0 || x[i - 1]! < value);
  const span = x[x.length - 1]! - x[0]!;
  if (!isAscending || !Number.isFinite(span))
    throw view.invalid(xName, `${x.length} numbers`, 'finite numbers, each above the one before');
  if (!y.every(Number.isFinite)) throw view.invalid(yName, 'infinite or missing numbers', 'finite numbers');
  return { x, y, outOfBounds };
}

export const ISOTONIC_FAMILIES: readonly Family[] = [family('isotonic', readIsotonic, 'IsotonicRegression')];

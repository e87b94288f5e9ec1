import type { ModelStep } from '../../model/step.ts';
import type { EstimatorView } from './view.ts';

/**
 * GridSearchCV, RandomizedSearchCV and the halving searches answer with `best_estimator_`; with `refit=False` there is
 * none and they can't predict.
 */
export function readSearch(view: EstimatorView): ModelStep | null {
  const refit = view.get('refit');
  if (refit === false && !view.has('best_estimator_'))
    throw view.unsupported('refit', 'False', 'True (a search that kept its best estimator) is');
  return view.step('best_estimator_');
}

import { isLinked } from '../../src/model/booster.ts';
import { isLinkedCatBoost } from '../../src/model/catboost.ts';
import type { ModelStep } from '../../src/model/step.ts';
import { roundingOf } from '../../src/model/step-inference.ts';

/** How close an output must be to the library's: equal bits, ≤ 4 ulp (after a link), or within rounding of its terms. */
export type Promised = 'bits' | 'ulps' | 'close';

/**
 * What the project promises for one output of a model: trees, forests and raw boosting scores bit for bit; after a
 * link function 4 ulp; the rest |a − b| ≤ 1e-9·|b| + 1e-13·Σ|terms|. Arithmetic in front of a tree (a scaler) may
 * round the other way, so only trees that see their input untouched are held to equal bits.
 */
export function promisedFor(root: ModelStep, output: string): Promised {
  const last = lastStep(root);
  if (root.kind === 'linear-booster') return isLinked(root.head, output) ? 'ulps' : 'bits';
  if (roundingOf(root) !== 'none') return 'close';
  if (last.kind === 'catboost') return isLinkedCatBoost(last, output) ? 'ulps' : 'bits';
  if (last.kind !== 'tree-ensemble') return 'bits';
  if (last.head.kind === 'vote') return 'bits';
  if (last.head.kind === 'booster') return isLinked(last.head, output) ? 'ulps' : 'bits';
  const linked = last.head.kind === 'boosted' ? output === 'predict_proba' : last.head.link !== 'identity';
  if (last.base.kind === 'estimator' && !exactBase(last.base.step)) return 'close';
  return linked ? 'ulps' : 'bits';
}

/** Raw scores that start from another regressor's answer are as exact as that answer. */
const exactBase = (step: ModelStep): boolean =>
  (step.kind === 'tree-ensemble' && step.head.kind === 'regression' && step.head.link === 'identity') ||
  (step.kind === 'dummy' && step.task === 'regression');

const lastStep = (step: ModelStep): ModelStep =>
  step.kind === 'pipeline' && step.steps.length > 0 ? lastStep(step.steps.at(-1)!.step) : step;

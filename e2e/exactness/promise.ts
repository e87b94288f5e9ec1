import type { ModelStep } from '../../src/model/step.ts';

/** How close an output must be to the library's: equal bits, ≤ 4 ulp (after a link), or within rounding of its terms. */
export type Promised = 'bits' | 'ulps' | 'close';

/**
 * What the project promises for one output of a model: trees, forests and raw boosting scores bit for bit; after a
 * link function 4 ulp; the rest |a − b| ≤ 1e-9·|b| + 1e-13·Σ|terms|. Arithmetic in front of a tree (a scaler) may
 * round the other way, so only trees that see their input untouched are held to equal bits.
 */
export function promisedFor(root: ModelStep, output: string): Promised {
  const last = lastStep(root);
  if (last.kind !== 'tree-ensemble') return UNTOUCHED.has(last.kind) && untouched(root) ? 'bits' : 'close';
  if (!untouched(root)) return 'close';
  if (last.head.kind === 'vote') return 'bits';
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

/** Steps that move or replace cells without arithmetic. */
const UNTOUCHED: ReadonlySet<ModelStep['kind']> = new Set<ModelStep['kind']>([
  'simple-imputer',
  'one-hot',
  'ordinal',
  'label-encoder',
  'count-vectorizer',
  'dummy',
]);

function untouched(step: ModelStep): boolean {
  if (step.kind === 'pipeline') return step.steps.every((named) => untouched(named.step));
  if (step.kind === 'column-transformer') {
    return step.branches.every(
      ({ step: inner, weight }) => weight === null && (inner === null || untouched(inner)),
    );
  }
  if (step.kind === 'function') return step.function === 'identity';
  return step.kind === 'tree-ensemble' || UNTOUCHED.has(step.kind);
}

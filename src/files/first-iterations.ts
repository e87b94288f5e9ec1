import { PlimsollError } from '../core/errors.ts';
import type { ModelDescription } from '../model/description.ts';
import type { ModelStep } from '../model/step.ts';

/** Classes whose readers take the first iterations only; of a forest an iteration is a tree. */
const ITERATED =
  /^(?:xgboost|lightgbm|catboost)\.|\.(?:RandomForest|ExtraTrees|GradientBoosting|HistGradientBoosting)(?:Classifier|Regressor)$/;

/**
 * The description of a model that was read with the first `iterations` only, which it says. Errors: ITERATIONS_UNFIT where
 * the last step is made of no iterations, so that nothing was left out.
 */
export function withIterations(description: ModelDescription, iterations: number): ModelDescription {
  const { content, framework, notes } = description;
  if (content === null) return description;
  if (content.kind === 'graph' || !isIterated(content.root)) {
    const reason = `the model, one of ${framework.name}, is read as a whole`;
    throw new PlimsollError('ITERATIONS_UNFIT', {
      found: iterations,
      reason,
      way: 'Leave out --iterations: it is for boosters, gradient boosting and forests',
    });
  }
  const text = `Predicts with the first ${iterations} iterations only: --iterations ${iterations}`;
  return { ...description, notes: [...notes, { level: 'info', text }] };
}

function isIterated(step: ModelStep): boolean {
  if (step.kind !== 'pipeline') return ITERATED.test(step.origin.class);
  const last = step.steps.at(-1);
  return last !== undefined && isIterated(last.step);
}

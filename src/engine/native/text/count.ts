import type { CountVectorizerStep } from '../../../model/text.ts';
import { type Evaluator, refuseStep } from '../evaluator.ts';

/** Not yet. */
export function prepareCountVectorizer(step: CountVectorizerStep): Evaluator {
  return refuseStep(step, 'analyzer', step.analyzer, 'no text analyzer');
}

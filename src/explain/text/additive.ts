import type { ModelContent } from '../../model/description.ts';
import type { ModelStep } from '../../model/step.ts';
import { predictorOf, sumOutputs } from '../exact-explainer.ts';
import { splitModel } from '../split-model.ts';

/** What scikit-learn counts as words where nobody says otherwise: two letters and more. */
const USUAL_PATTERN = '(?u)\\b\\w\\w+\\b';

/** Whether each word of a text adds the same to an output, whatever else is there: a sum over counts of single words. */
export function isSumOfWords(content: ModelContent, output: string): boolean {
  const predictor = predictorOf(content);
  if (content.kind !== 'steps' || predictor === null || !sumOutputs(predictor).includes(output)) return false;
  if (!predictor.kind.startsWith('linear-')) return false;
  const { before } = splitModel(content.root);
  return before !== null && isCount(before);
}

function isCount(step: ModelStep): boolean {
  if (step.kind === 'pipeline') return step.steps.every((inner) => isCount(inner.step));
  if (step.kind === 'tfidf') return step.norm === null && !step.sublinear;
  if (step.kind !== 'count-vectorizer' && step.kind !== 'hashing-vectorizer') return false;
  const [least, most] = step.ngramRange;
  const isWord = step.analyzer === 'word' && least === 1 && most === 1;
  return isWord && !step.binary && step.tokenPattern === USUAL_PATTERN;
}

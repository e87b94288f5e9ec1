import type { TextVectorizerStep, TfidfStep } from '../../../model/text.ts';
import type { StepPreparers } from '../evaluator.ts';
import { prepareVectorizer } from './count.ts';
import { prepareTfidf } from './tfidf.ts';

export const TEXT_PREPARERS: StepPreparers<TextVectorizerStep | TfidfStep> = {
  'count-vectorizer': prepareVectorizer,
  'hashing-vectorizer': prepareVectorizer,
  tfidf: prepareTfidf,
};

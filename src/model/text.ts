import { type ColumnNeed, needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** Python-identical tokenisation to n-gram counts; the output is sparse, `vocabulary.length` columns wide. */
export interface CountVectorizerStep extends StepBase {
  readonly kind: 'count-vectorizer';
  readonly analyzer: 'word' | 'char' | 'char_wb';
  readonly ngramRange: readonly [number, number];
  readonly lowercase: boolean;
  /** `unicode-composed` (before 0.22): text that came decomposed (NFKD) keeps its accents. */
  readonly stripAccents: 'ascii' | 'unicode' | 'unicode-composed' | null;
  /** Python `re` source; ignored for character analyzers. */
  readonly tokenPattern: string;
  readonly stopWords: readonly string[];
  /** Terms in column order: `vocabulary[j]` is the term of column j. */
  readonly vocabulary: readonly string[];
  /** All non-zero counts become 1. */
  readonly binary: boolean;
}

/** TfidfTransformer: sublinear tf, idf product, row norm, in that order; null parts are skipped. */
export interface TfidfStep extends StepBase {
  readonly kind: 'tfidf';
  readonly sublinear: boolean;
  readonly idf: Float64Array | null;
  readonly norm: 'l1' | 'l2' | null;
}

const TEXT: ColumnNeed = { type: 'string', nullable: false, used: true };

export const TEXT_STEPS: StepDescriptions<CountVectorizerStep | TfidfStep> = {
  'count-vectorizer': {
    ...NUMERIC_TRANSFORMER,
    needs: () => [TEXT],
    width: ({ vocabulary }) => vocabulary.length,
    form: 'text',
    rounding: 'none',
  },
  tfidf: { ...NUMERIC_TRANSFORMER, needs: needsNumbers, width: 'kept', rounding: 'sum' },
};

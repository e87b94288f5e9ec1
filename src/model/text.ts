import { type ColumnNeed, needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** How a text becomes terms, as in Python: lower case, accents, tokens, stop words, n-grams, in that order. */
export interface TextAnalysis {
  readonly analyzer: 'word' | 'char' | 'char_wb';
  readonly ngramRange: readonly [number, number];
  readonly lowercase: boolean;
  /** `unicode-composed` (before 0.22): text that came decomposed (NFKD) keeps its accents. */
  readonly stripAccents: 'ascii' | 'unicode' | 'unicode-composed' | null;
  /** Python `re` source; ignored for character analyzers. */
  readonly tokenPattern: string;
  readonly stopWords: readonly string[];
}

/** Counts of the n-grams of a vocabulary; the output is sparse, `vocabulary.length` columns wide. */
export interface CountVectorizerStep extends StepBase, TextAnalysis {
  readonly kind: 'count-vectorizer';
  /** Terms in column order: `vocabulary[j]` is the term of column j. */
  readonly vocabulary: readonly string[];
  /** All non-zero counts become 1. */
  readonly binary: boolean;
}

/**
 * Every n-gram counts, in the column that its hash tells: h is MurmurHash3 x86 32-bit of its UTF-8 bytes, seed 0, signed;
 * the column |h| mod `columns` gets 1, or where `signed` the sign of h (0 counts as positive). The output is sparse.
 */
export interface HashingVectorizerStep extends StepBase, TextAnalysis {
  readonly kind: 'hashing-vectorizer';
  readonly columns: number;
  readonly signed: boolean;
  /** Every column that a term fell into becomes 1, also where signs cancelled. */
  readonly binary: boolean;
}

/** Steps that turn a text into numbers. */
export type TextVectorizerStep = CountVectorizerStep | HashingVectorizerStep;

/** Columns of what it gives. */
export const vectorizerWidth = (step: TextVectorizerStep): number =>
  step.kind === 'count-vectorizer' ? step.vocabulary.length : step.columns;

/** TfidfTransformer: sublinear tf, idf product, row norm, in that order; null parts are skipped. */
export interface TfidfStep extends StepBase {
  readonly kind: 'tfidf';
  readonly sublinear: boolean;
  readonly idf: Float64Array | null;
  readonly norm: 'l1' | 'l2' | null;
}

const TEXT: ColumnNeed = { type: 'string', nullable: false, used: true };

/** Sums of ±1, exact in any order. */
const VECTORIZER = { ...NUMERIC_TRANSFORMER, needs: () => [TEXT], form: 'text', rounding: 'none' } as const;

export const TEXT_STEPS: StepDescriptions<TextVectorizerStep | TfidfStep> = {
  'count-vectorizer': { ...VECTORIZER, width: vectorizerWidth },
  'hashing-vectorizer': { ...VECTORIZER, width: vectorizerWidth },
  tfidf: { ...NUMERIC_TRANSFORMER, needs: needsNumbers, width: 'kept', rounding: 'sum' },
};

import { murmur3 } from '../../../bytes/murmur3.ts';
import { elementAt } from '../../../core/element-at.ts';
import {
  type CountVectorizerStep,
  type HashingVectorizerStep,
  type TextVectorizerStep,
  vectorizerWidth,
} from '../../../model/text.ts';
import { type RowBlock, refuseCell, type SparseBlock } from '../block.ts';
import { checkWidth, type EvaluatorContext, refuseStep, type StepEvaluator } from '../evaluator.ts';
import { prepareAnalyzer, type TextAnalyzer } from './analyzer.ts';

/** Longest n-gram: a document of m tokens has m n-grams of each length. */
const NGRAM_LIMIT = 64;

/** Counts of terms in each text, one sparse row a text; a cell is also stored where signs cancel. */
export type TextCounter = (texts: ArrayLike<string | number | null>) => SparseBlock;

/**
 * Column of a term, counted from 1, and negative where the term takes 1 away; 0: it counts nowhere, NaN: it has no bytes
 * (half of a surrogate pair).
 */
type PlaceOf = (term: string) => number;

/** Python-identical terms to counts; a missing text is refused. */
export function prepareVectorizer(step: TextVectorizerStep, { names }: EvaluatorContext): StepEvaluator {
  const count = prepareTextCounter(step, names[0] ?? 'text');
  return {
    transform: (input) => {
      checkWidth(input, 1);
      return count(textsOf(input));
    },
  };
}

const textsOf = (input: RowBlock): ArrayLike<string | number | null> =>
  input.kind === 'columns'
    ? elementAt(input.columns, 0)
    : input.kind === 'dense'
      ? input.data.subarray(0, input.rows)
      : input.values;

/** Makes a vectorizer ready. name: its column, for messages. Throws MODEL_UNSUPPORTED for a pattern it can't follow. */
export function prepareTextCounter(step: TextVectorizerStep, name: string): TextCounter {
  const placeOf = step.kind === 'count-vectorizer' ? vocabularyPlaces(step) : hashPlaces(step);
  const analyze = analyzerOf(step);
  const cols = vectorizerWidth(step);
  const counts = new Int32Array(cols);
  const isTouched = new Uint8Array(cols);
  const touched: number[] = [];
  let isEncodable = true;
  const found = (term: string): void => {
    const place = placeOf(term);
    if (place === 0) return;
    if (Number.isNaN(place)) {
      isEncodable = false;
      return;
    }
    const column = Math.abs(place) - 1;
    counts[column]! += place > 0 ? 1 : -1;
    if (isTouched[column] === 1) return;
    isTouched[column] = 1;
    touched.push(column);
  };
  return (texts) => {
    const rows = texts.length;
    const indptr = new Int32Array(rows + 1);
    const indices: number[] = [];
    const values: number[] = [];
    for (let row = 0; row < rows; row++) {
      analyze(textAt(texts, row, name), found);
      touched.sort((a, b) => a - b);
      for (const column of touched) {
        indices.push(column);
        values.push(step.binary ? 1 : counts[column]!);
        counts[column] = 0;
        isTouched[column] = 0;
      }
      touched.length = 0;
      if (!isEncodable) {
        isEncodable = true;
        return refuseCell(row, name, 'expected a text, got one with half of a surrogate pair');
      }
      indptr[row + 1] = indices.length;
    }
    return {
      kind: 'sparse',
      rows,
      cols,
      indptr,
      indices: Int32Array.from(indices),
      values: Float64Array.from(values),
    };
  };
}

function textAt(texts: ArrayLike<string | number | null>, row: number, name: string): string {
  const text = elementAt(texts, row);
  if (typeof text === 'string') return text;
  const found = text === null || Number.isNaN(text) ? 'a missing value' : String(text);
  return refuseCell(row, name, `expected a text, got ${found}`);
}

function vocabularyPlaces({ vocabulary }: CountVectorizerStep): PlaceOf {
  const places = new Map(vocabulary.map((term, column) => [term, column + 1]));
  return (term) => places.get(term) ?? 0;
}

/** `feature_extraction/_hashing_fast.pyx` */
function hashPlaces({ columns, signed }: HashingVectorizerStep): PlaceOf {
  return (term) => {
    if (!term.isWellFormed()) return Number.NaN;
    const hash = murmur3(term, 0) | 0;
    const place = (Math.abs(hash) % columns) + 1;
    return signed && hash < 0 ? -place : place;
  };
}

function analyzerOf(step: TextVectorizerStep): TextAnalyzer {
  const [low, high] = step.ngramRange;
  if (!(low >= 1 && high >= low && high <= NGRAM_LIMIT)) {
    return refuseStep(step, 'ngram_range', `(${low}, ${high})`, `1 to ${NGRAM_LIMIT}`);
  }
  if (step.kind === 'hashing-vectorizer') return prepareAnalyzer(step, high);
  let longest = 0;
  for (const term of step.vocabulary) longest = Math.max(longest, term.length);
  return prepareAnalyzer(step, longest);
}

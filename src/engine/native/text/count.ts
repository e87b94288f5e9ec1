import { elementAt } from '../../../core/element-at.ts';
import type { CountVectorizerStep } from '../../../model/text.ts';
import { type RowBlock, refuseCell, type SparseBlock } from '../block.ts';
import { checkWidth, type EvaluatorContext, refuseStep, type StepEvaluator } from '../evaluator.ts';
import { prepareAnalyzer, type TextAnalyzer } from './analyzer.ts';

/** Longest n-gram: a document of m tokens has m n-grams of each length. */
const NGRAM_LIMIT = 64;

/** Counts of the vocabulary's terms in each text, one sparse row a text. */
export type TextCounter = (texts: ArrayLike<string | number | null>) => SparseBlock;

/** Python-identical terms to counts; a missing text is refused. */
export function prepareCountVectorizer(
  step: CountVectorizerStep,
  { names }: EvaluatorContext,
): StepEvaluator {
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
export function prepareTextCounter(step: CountVectorizerStep, name: string): TextCounter {
  const columns = new Map(step.vocabulary.map((term, column) => [term, column]));
  const analyze = analyzerOf(step);
  const cols = step.vocabulary.length;
  const counts = new Int32Array(cols);
  const touched: number[] = [];
  const found = (term: string): void => {
    const column = columns.get(term);
    if (column === undefined) return;
    if (counts[column]!++ === 0) touched.push(column);
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
      }
      touched.length = 0;
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

function analyzerOf(step: CountVectorizerStep): TextAnalyzer {
  const [low, high] = step.ngramRange;
  if (!(low >= 1 && high >= low && high <= NGRAM_LIMIT)) {
    return refuseStep(step, 'ngram_range', `(${low}, ${high})`, `1 to ${NGRAM_LIMIT}`);
  }
  let longest = 0;
  for (const term of step.vocabulary) longest = Math.max(longest, term.length);
  return prepareAnalyzer(step, longest);
}

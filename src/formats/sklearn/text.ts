import type { NormalizerStep } from '../../model/scaling.ts';
import type { ModelStep, PipelineStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import type {
  CountVectorizerStep,
  HashingVectorizerStep,
  TextAnalysis,
  TfidfStep,
} from '../../model/text.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from './arrays.ts';
import { dtypeName } from './dtype.ts';
import { ENGLISH_STOP_WORDS } from './english-stop-words.ts';
import { type Family, family } from './family.ts';
import { globalName, show } from './show.ts';
import { diagonalOf } from './sparse.ts';
import { type EstimatorView, MAX_FEATURES } from './view.ts';

/** Default of `CountVectorizer(token_pattern=)`. */
const TOKEN_PATTERN = '(?u)\\b\\w\\w+\\b';

/** Counts in these types are exact; a later product in float32 would not be. */
const COUNT_TYPES = ['int64', 'int32', 'uint32', 'uint64', 'float64'];

/** CountVectorizer with the built-in analyzers; callables and files as input are refused by name. */
export function readCountVectorizer(view: EstimatorView): CountVectorizerStep {
  const dtype = dtypeName(view.get('dtype') ?? 'int64');
  if (!COUNT_TYPES.includes(dtype)) throw view.unsupported('dtype', dtype, `${COUNT_TYPES.join(', ')} are`);
  return countsOf(view);
}

const countsOf = (view: EstimatorView): CountVectorizerStep => ({
  kind: 'count-vectorizer',
  ...analysis(view),
  vocabulary: vocabulary(view),
  binary: view.flag('binary', false),
});

/** Longest n-gram that is hashed: each term of a text counts, whatever its length. */
const MAX_HASHED_NGRAM = 16;

/** HashingVectorizer: counts by hash, exact in these types, and the rows' norm. */
export function readHashingVectorizer(view: EstimatorView): HashingVectorizerStep | PipelineStep {
  const dtype = dtypeName(view.get('dtype') ?? 'float64');
  if (!['float64', 'int64', 'int32'].includes(dtype))
    throw view.unsupported('dtype', dtype, 'float64, int64 and int32 are');
  // Up to 0.20; `abs` of each cell.
  if (view.flag('non_negative', false)) throw view.unsupported('non_negative', 'True', 'False is');
  const step = hashesOf(view);
  const given = view.get('norm');
  if (given === null) return step;
  const norm: NormalizerStep = {
    kind: 'normalizer',
    origin: view.origin,
    features: step.columns,
    featureNames: null,
    norm: view.choice('norm', ['l1', 'l2'], 'l2'),
  };
  return pipelineOf(view, { hash: step, norm });
}

function hashesOf(view: EstimatorView): HashingVectorizerStep {
  const columns = view.count('n_features', 2 ** 20);
  if (columns === 0) throw view.invalid('n_features', '0', 'a column');
  if (columns > MAX_FEATURES)
    throw view.unsupported('n_features', `${columns} columns`, `up to ${MAX_FEATURES} are`);
  const analyzed = analysis(view);
  const [low, high] = analyzed.ngramRange;
  if (high > MAX_HASHED_NGRAM)
    throw view.unsupported('ngram_range', `(${low}, ${high})`, `n-grams of up to ${MAX_HASHED_NGRAM} are`);
  return {
    kind: 'hashing-vectorizer',
    ...analyzed,
    columns,
    signed: view.flag('alternate_sign', true),
    binary: view.flag('binary', false),
  };
}

function analysis(view: EstimatorView): StepBase & TextAnalysis {
  view.choice('input', ['content'], 'content');
  view.mustBeNone('preprocessor', 'tokenizer');
  const pattern = view.get('token_pattern');
  const analyzer = view.choice('analyzer', ['word', 'char', 'char_wb'], 'word');
  if (pattern === null && analyzer === 'word')
    throw view.unsupported('token_pattern', 'None', 'a regular expression is');
  return {
    origin: view.origin,
    features: 1,
    featureNames: null,
    analyzer,
    ngramRange: ngramRange(view),
    lowercase: view.flag('lowercase', true),
    stripAccents: stripAccents(view),
    tokenPattern: toText(pattern) ?? TOKEN_PATTERN,
    stopWords: stopWords(view),
  };
}

function stripAccents(view: EstimatorView): CountVectorizerStep['stripAccents'] {
  const value = view.get('strip_accents');
  if (value === null || value === undefined) return null;
  const strip = view.choice('strip_accents', ['ascii', 'unicode']);
  return strip === 'unicode' && !view.since(0, 22) ? 'unicode-composed' : strip;
}

function ngramRange(view: EstimatorView): readonly [number, number] {
  const value = view.get('ngram_range');
  if (value === undefined) return [1, 1];
  const [low, high] = arrayItemsOf(value)?.map(toNumber) ?? [];
  const sound =
    typeof low === 'number' &&
    typeof high === 'number' &&
    Number.isInteger(low) &&
    Number.isInteger(high) &&
    low >= 1 &&
    low <= high;
  if (!sound) throw view.invalid('ngram_range', show(value), 'two ascending counts');
  return [low, high];
}

function stopWords(view: EstimatorView): readonly string[] {
  const value = view.get('stop_words');
  if (value === undefined || value === null) return [];
  if (value === 'english') return ENGLISH_STOP_WORDS;
  const words = arrayItemsOf(value)?.map(toText);
  if (!words?.every((word) => word !== null))
    throw view.unsupported('stop_words', show(value), "None, 'english' and lists of words are");
  return words;
}

/** Terms in column order. A vectorizer made with `vocabulary=` needs no fit and has the parameter only. */
function vocabulary(view: EstimatorView): readonly string[] {
  const name = view.has('vocabulary_') ? 'vocabulary_' : 'vocabulary';
  const value = view.get(name);
  if (value === undefined || value === null) return vocabularyMissing(view);
  const terms = isType(value, 'dict')
    ? termsByIndex(view, name, value.entries)
    : givenTerms(view, name, value);
  if (new Set(terms).size !== terms.length) throw view.invalid(name, 'repeated terms', 'every term once');
  return terms;
}

function vocabularyMissing(view: EstimatorView): never {
  view.required('vocabulary_');
  throw view.invalid('vocabulary_', 'None', 'a dict of terms');
}

function termsByIndex(
  view: EstimatorView,
  name: string,
  entries: readonly (readonly [PyValue, PyValue])[],
): readonly string[] {
  const terms = new Array<string | undefined>(entries.length).fill(undefined);
  for (const [key, value] of entries) {
    const term = toText(key);
    const index = toNumber(value);
    if (
      term === null ||
      index === null ||
      !Number.isInteger(index) ||
      index < 0 ||
      index >= terms.length ||
      terms[index] !== undefined
    ) {
      throw view.invalid(
        name,
        `${show(key)}: ${show(value)}`,
        `each of the columns 0 to ${terms.length - 1} once`,
      );
    }
    terms[index] = term;
  }
  return terms as string[];
}

/** `_validate_vocabulary`: a set is sorted, any other iterable keeps its order. */
function givenTerms(view: EstimatorView, name: string, value: PyValue): readonly string[] {
  const terms = arrayItemsOf(value)?.map(toText);
  if (!terms?.every((term) => term !== null)) throw view.invalid(name, show(value), 'terms');
  return isType(value, 'set') || isType(value, 'frozenset') ? terms.sort(byCodePoint) : terms;
}

/** Python compares strings by code point, JavaScript by UTF-16 unit; without copies, terms may be long. */
function byCodePoint(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  let i = 0;
  while (i < shared && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === shared) return a.length - b.length;
  // Pairs whose first halves are equal differ in the second: the whole of both is then compared.
  const start = i > 0 && isHighSurrogate(a.charCodeAt(i - 1)) ? i - 1 : i;
  return a.codePointAt(start)! - b.codePointAt(start)!;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** `idf_` from 1.5, before that the diagonal matrix `_idf_diag`. */
function readTfidfTransformer(view: EstimatorView): TfidfStep {
  const norm = view.get('norm');
  const idf = view.flag('use_idf', true) ? idfOf(view) : null;
  return {
    kind: 'tfidf',
    ...view.base(idf?.length ?? null),
    sublinear: view.flag('sublinear_tf', false),
    idf,
    norm: norm === null ? null : view.choice('norm', ['l1', 'l2'], 'l2'),
  };
}

function idfOf(view: EstimatorView): Float64Array {
  if (view.has('idf_')) return view.vector('idf_');
  const diagonal = view.required('_idf_diag');
  if (!isType(diagonal, 'object')) throw view.invalid('_idf_diag', show(diagonal), 'a diagonal matrix');
  if (!globalName(diagonal.cls).startsWith('scipy.sparse.'))
    throw view.invalid('_idf_diag', show(diagonal), 'a diagonal matrix');
  return diagonalOf(diagonal, view.origin, '_idf_diag');
}

/**
 * TfidfVectorizer counts, then weighs with its `_tfidf` transformer: up to 1.0 the weighting parameters are kept there
 * alone, later releases apply that object too. `dtype=float32` computes in float32, which nothing here does.
 */
export function readTfidfVectorizer(view: EstimatorView): PipelineStep {
  // Before 0.20 the default was int64, and counts alone had it.
  const dtype = dtypeName(view.get('dtype') ?? 'float64');
  if (dtype !== 'float64' && !(dtype === 'int64' && !view.since(0, 20)))
    throw view.unsupported('dtype', dtype, 'float64 is');
  const count = countsOf(view);
  const weights = view.child('_tfidf');
  const tfidf = readTfidfTransformer(weights);
  if (tfidf.features !== null && tfidf.features !== count.vocabulary.length) {
    throw weights.invalid('idf_', `${tfidf.features} long`, `${count.vocabulary.length}, one a term`);
  }
  return pipelineOf(view, { count, tfidf });
}

const pipelineOf = (view: EstimatorView, steps: Readonly<Record<string, ModelStep>>): PipelineStep => ({
  kind: 'pipeline',
  origin: view.origin,
  features: 1,
  featureNames: null,
  steps: Object.entries(steps).map(([name, step]) => ({ name, step })),
});

export const TEXT_FAMILIES: readonly Family[] = [
  family('feature_extraction', readCountVectorizer, 'CountVectorizer'),
  family('feature_extraction', readHashingVectorizer, 'HashingVectorizer'),
  family('feature_extraction', readTfidfVectorizer, 'TfidfVectorizer'),
  family('feature_extraction', readTfidfTransformer, 'TfidfTransformer'),
];

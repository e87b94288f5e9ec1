import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModelStep } from '../../model/step.ts';
import { pyDict, pyTuple } from '../pickle/construct.ts';
import type { PyValue } from '../pickle/value.ts';
import { withSparseInput } from './sparse-output.ts';
import { floats, instance, int, testReading } from './testing/values.ts';
import { readCountVectorizer, readHashingVectorizer, readTfidfVectorizer } from './text.ts';

const vocabularyOf = (terms: readonly string[]): readonly string[] => {
  const vocabulary: PyValue = { type: 'set', items: [...terms] };
  const object = instance('sklearn.feature_extraction.text.CountVectorizer', { vocabulary });
  return readCountVectorizer(testReading().view(object, '')).vocabulary;
};

test('a vocabulary given as a set is sorted as Python sorts: by code point', () => {
  // sorted({'\U0001F601', '\U0001F600', '\uFFFF', '\uE000', 'a', 'ab', ''})
  const sorted = ['', 'a', 'ab', '\ue000', '\uffff', '\u{1f600}', '\u{1f601}'];
  expect(vocabularyOf([...sorted].reverse())).toEqual(sorted);
});

test('a vocabulary given as a set is sorted by code point whatever its terms share', () => {
  const unit = fc.constantFrom('a', 'z', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}', '\u{1f601}');
  const terms = fc.uniqueArray(fc.string({ unit, maxLength: 4 }), { maxLength: 12 });
  // UTF-8 bytes sort as code points do (RFC 3629).
  const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
  fc.assert(
    fc.property(terms, (given) => {
      const wanted = [...given].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
      expect(vocabularyOf(given)).toEqual(wanted);
    }),
    { seed: 20261125 },
  );
});

test('TfidfVectorizer of 0.18 and 0.19, whose dtype was that of the counts, is read; later ones with it are not', () => {
  const dtype = { ...floats([]).dtype, code: 'i' } as PyValue;
  const weights = instance('sklearn.feature_extraction.text.TfidfTransformer', {
    use_idf: false,
    norm: 'l2',
  });
  const read = (release: string) => {
    const vocabulary_ = pyDict([['a', int(0)]]);
    const fitted = { dtype, vocabulary_, _tfidf: weights, _sklearn_version: release };
    const object = instance('sklearn.feature_extraction.text.TfidfVectorizer', fitted);
    return readTfidfVectorizer(testReading().view(object, ''));
  };
  for (const release of ['0.18.2', '0.19.2'])
    expect(read(release).steps.map(({ step }) => step?.kind)).toEqual(['count-vectorizer', 'tfidf']);
  expect(() => read('0.20.0')).toThrow('int64');
});

const hashes = (params: Record<string, unknown>) =>
  readHashingVectorizer(
    testReading().view(instance('sklearn.feature_extraction.text.HashingVectorizer', params), ''),
  );

test.each<[string, Record<string, unknown>, RegExp]>([
  ['no columns', { n_features: int(0) }, /n_features/],
  ['more columns than any step may have', { n_features: int(2 ** 21 + 1) }, /n_features/],
  ['half a column', { n_features: 2.5 }, /n_features/],
  ['n-grams of any length', { ngram_range: pyTuple([int(1), int(17)]) }, /ngram_range/],
  ['n-grams that descend', { ngram_range: pyTuple([int(3), int(2)]) }, /ngram_range/],
  ['an unknown norm', { norm: 'max' }, /norm/],
  ['cells of float32', { dtype: { ...floats([]).dtype, itemSize: 4 } }, /float32/],
  ['cells without their signs', { non_negative: int(1) }, /non_negative/],
  ['a tokenizer of its own', { tokenizer: instance('my.split') }, /tokenizer/],
])('a HashingVectorizer with %s is refused', (_what, params, message) => {
  expect(() => hashes(params)).toThrow(message);
});

test('trees of XGBoost are refused behind signs that cancel: a zero that is stored is not missing to them', () => {
  const trees = {
    kind: 'tree-ensemble',
    origin: { path: '', class: 'xgboost.sklearn.XGBClassifier', offset: 0 },
  };
  const behind = (params: Record<string, unknown>) => () =>
    withSparseInput(trees as unknown as ModelStep, [hashes(params)]);
  expect(behind({})).toThrow('alternate_sign');
  expect(behind({ alternate_sign: int(0) })()).toMatchObject({ missingNumber: 0 });
  expect(behind({ binary: int(1) })()).toMatchObject({ missingNumber: 0 });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pyDict } from '../pickle/construct.ts';
import type { PyValue } from '../pickle/value.ts';
import { floats, instance, int, testReading } from './testing/values.ts';
import { readCountVectorizer, readTfidfVectorizer } from './text.ts';

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

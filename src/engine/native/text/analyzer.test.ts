import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CountVectorizerStep } from '../../../model/text.ts';
import { prepareAnalyzer } from './analyzer.ts';

interface Params {
  readonly analyzer?: CountVectorizerStep['analyzer'];
  readonly ngram_range?: readonly [number, number];
  readonly lowercase?: boolean;
  readonly strip_accents?: 'ascii' | 'unicode';
  readonly stop_words?: readonly string[];
}

const url = new URL('../../../../fixtures/native/text.json', import.meta.url);
const vectors = JSON.parse(readFileSync(url, 'utf8')) as {
  texts: string[];
  analyzers: { params: Params; terms: string[][] }[];
};

const stepOf = (params: Params): CountVectorizerStep => ({
  kind: 'count-vectorizer',
  origin: { path: '', class: 'sklearn.feature_extraction.text.CountVectorizer', offset: 0 },
  features: null,
  featureNames: null,
  analyzer: params.analyzer ?? 'word',
  ngramRange: params.ngram_range ?? [1, 1],
  lowercase: params.lowercase ?? true,
  stripAccents: params.strip_accents ?? null,
  tokenPattern: '(?u)\\b\\w\\w+\\b',
  stopWords: params.stop_words ?? [],
  vocabulary: [],
  binary: false,
});

describe('analyzer', () => {
  test.each(vectors.analyzers)('$params makes the terms CountVectorizer makes', ({ params, terms }) => {
    const analyze = prepareAnalyzer(stepOf(params), Number.MAX_SAFE_INTEGER);
    vectors.texts.forEach((text, i) => {
      const found: string[] = [];
      analyze(text, (term) => found.push(term));
      // Character n-grams come shortest first there too, but only their counts matter.
      expect(found.sort()).toEqual(terms[i]!.sort());
    });
  });

  test('makes no n-gram longer than the longest term it could match', () => {
    const found: string[] = [];
    prepareAnalyzer(stepOf({ analyzer: 'char', ngram_range: [1, 60] }), 3)('abcdefgh', (term) =>
      found.push(term),
    );
    expect(Math.max(...found.map((term) => term.length))).toBe(3);
  });
});

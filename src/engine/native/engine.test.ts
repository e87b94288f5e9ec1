import { describe, expect, test } from 'vitest';
import type { ModelStep } from '../../model/step.ts';
import { engineContract } from '../testing/contract.ts';
import { CONTRACT_MODELS } from '../testing/contract-models.ts';
import { createNativeEngine, hasNative, nativeBlocker } from './engine.ts';

engineContract({ name: 'the native engine', create: createNativeEngine });

const counter = (tokenPattern: string): ModelStep => ({
  kind: 'count-vectorizer',
  origin: { path: 'steps.words', class: 'sklearn.feature_extraction.text.CountVectorizer', offset: 42 },
  features: null,
  featureNames: null,
  analyzer: 'word',
  ngramRange: [1, 1],
  lowercase: true,
  stripAccents: null,
  tokenPattern,
  stopWords: [],
  vocabulary: ['a'],
  binary: false,
});

describe('what the native engine can run', () => {
  test('every contract model', () => {
    expect(CONTRACT_MODELS.map(({ content }) => hasNative(content.root))).toEqual([true, true, true]);
  });

  test('not a token pattern it cannot follow: the blocker names step, field, byte and reason', () => {
    const root = counter('(\\w)\\1');
    expect(hasNative(root)).toBe(false);
    expect(nativeBlocker(root)).toMatchObject({ path: 'steps.words', offset: 42, field: 'token_pattern' });
    expect(nativeBlocker(root)!.found).toContain('\\1');
  });

  test('a closed engine refuses to answer with a code', () => {
    const engine = createNativeEngine(CONTRACT_MODELS[0]!.content);
    engine.close();
    expect(() => engine.infer(CONTRACT_MODELS[0]!.batch)).toThrow('the engine is closed');
  });
});

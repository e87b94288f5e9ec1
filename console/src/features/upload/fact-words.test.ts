import { expect, test } from 'vitest';
import { classWords, findingWords, headlineWords, partWords, pythonWords, wayWords } from './fact-words.ts';
import type { ProofView } from './proof-view.ts';

const facts = (given: Partial<NonNullable<ProofView['facts']>>) =>
  ({ foreign: [], moreForeign: 0, ...given }) as NonNullable<ProofView['facts']>;
const named = (name: string, meaning: 'unknown' | 'dangerous') => ({
  module: 'os',
  name,
  offset: 0,
  meaning,
});

test('a file is called by its library, its release and how it is packed', () => {
  const framework = { name: 'scikit-learn', version: '1.9.1' };
  expect(headlineWords(facts({ format: 'joblib', compression: 'zlib', framework }))).toBe(
    'scikit-learn 1.9.1, joblib (zlib)',
  );
  expect(
    headlineWords(facts({ format: 'onnx', compression: null, framework: { name: 'onnx', version: null } })),
  ).toBe('onnx, onnx');
  const foreign = [named('system', 'dangerous')];
  expect(headlineWords(facts({ format: 'pickle', compression: null, foreign, framework }))).toBe(
    'A pickle file that runs code when Python loads it',
  );
  expect([partWords('steps.scale'), partWords('regressor')]).toEqual(['scale', 'regressor']);
  expect(classWords('sklearn.pipeline.Pipeline')).toBe('Pipeline');
});

test('what a pickle would run is said before what it holds, and long lists are cut', () => {
  const foreign = [
    named('system', 'dangerous'),
    ...Array.from({ length: 8 }, (_, k) => named(`C${k}`, 'unknown')),
  ];
  const [risk, rest] = pythonWords(facts({ foreign, moreForeign: 3 }));
  expect(risk).toEqual({
    isRisk: true,
    text: 'Loading it in Python would run os.system. The names were read here, and nothing was run.',
  });
  expect(rest!.text).toContain('os.C5 and 5 more');
  expect(pythonWords(facts({}))).toEqual([]);
});

test('what to do is told in the words of this page, else in those of the server', () => {
  const check = { name: 'signature', ok: false, detail: 'Refused (SIGNATURE_BREAKING)' };
  expect(wayWords({ ...check, code: 'SIGNATURE_BREAKING', hint: 'say so: --breaking' })).toContain('tick');
  expect(wayWords({ ...check, code: 'READ_UNSAFE', hint: 'Save it without' })).toBe('Save it without');
  expect(wayWords(check)).toBe('');
  expect(findingWords(check.detail)).toBe('Refused');
});

import { expect, test } from 'vitest';
import type { CertificateView, DifferenceView, SignatureOutline } from '../../api/generated/control-api.ts';
import { endsOf, inputFacts } from '../../outline/signature-words.ts';
import { isSaid, mainParameters } from '../../outline/step-words.ts';
import { answersSentence, costSentence } from './difference-words.ts';
import { jsonLines, jsonText } from './json-words.ts';
import { proofSentence, worstSentence } from './proof-words.ts';

type Verification = CertificateView['verification'];
type Answers = NonNullable<DifferenceView['answers']>;

const verification = (more: Partial<Verification>): Verification => ({
  ...{
    proof: 'engines-agree',
    goldenOf: null,
    rows: 4000,
    cells: 12_000,
    differingBits: 0,
    seed: 1,
    worst: null,
  },
  ...more,
});

test('a proof is a sentence, and its worst cell another', () => {
  expect(proofSentence(verification({}))).toContain('Two independent engines agree');
  expect(proofSentence(verification({ proof: 'golden', goldenOf: 'file' }))).toContain('its own file brings');
  expect(proofSentence(verification({ proof: 'single-engine' }))).toContain('nothing checks its answers');
  expect(worstSentence(verification({}))).toBe('Every one of them is the same to the last bit.');
  expect(worstSentence(verification({ cells: 0 }))).toBeNull();
  const worst = { output: 'predict', row: 2, column: 0, left: 1, right: 1.5, relative: 0.25 };
  expect(worstSentence(verification({ differingBits: 1, worst }))).toBe(
    '1 of them differs in their last bits. The worst is predict of row 3: 1, by the other engine 1.5 (2.5e-1 of it).',
  );
});

test('labels that change are told apart from numbers that move', () => {
  const answers = (outputs: Answers['outputs']): Answers => ({
    ...{ rows: 200, of: 'golden', refusedBefore: 0, refusedAfter: 0, worst: [] },
    outputs,
  });
  const label = { output: 'predict', differing: 0, largest: null, mean: null };
  const number = { output: 'predict_proba', differing: 50, largest: 0.1, mean: 0.01 };
  expect(answersSentence(answers([label, { ...number, differing: 0 }]))).toBe('Both answer 200 rows alike');
  expect(answersSentence(answers([label, number]))).toBe(
    'No label changes, numbers differ in 50 of 200 rows (25 %)',
  );
  expect(answersSentence(answers([{ ...label, differing: 2 }, number]))).toBe(
    'The label changes in 2 of 200 rows (1 %), numbers differ in 50 of 200 rows (25 %)',
  );
});

test('what a row costs is told as a ratio where it is one', () => {
  expect(costSentence({ before: 100, after: 110 })).toContain('about the same');
  expect(costSentence({ before: 100, after: 300 })).toContain('3.0 times as much');
  expect(costSentence({ before: 300, after: 100 })).toContain('3.0 times less');
  expect(costSentence({ before: null, after: 100 })).toContain('not known');
});

test('inputs are told with what is special about them, and cut where there are many', () => {
  const input: SignatureOutline['inputs'][number] = {
    ...{ name: 'plan', type: 'string', isNamed: true, nullable: true, isIgnored: false },
    ...{ categories: 9, firstCategories: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], unknown: 'error' },
  };
  expect(inputFacts(input)).toBe('may be missing; 9 categories: a, b, c, d, e, f, …; any other is refused');
  const inputs = Array.from({ length: 8 }, (_, k) => ({ ...input, name: `c${k}` }));
  expect(endsOf({ form: 'table', isOpen: false, inputs, omittedInputs: 992, outputs: [] }).input).toBe(
    '1,000 columns: c0, c1, c2, c3, c4, c5, …',
  );
});

test('values are told in short', () => {
  expect(jsonText([0.123456789, null, 'a'])).toBe('[0.12346, missing, a]');
  expect(jsonText('x'.repeat(99))).toHaveLength(60);
  expect(jsonLines({ a: 1, b: [2] })).toEqual([
    { key: 'a', text: '1' },
    { key: 'b', text: '[2]' },
  ]);
  expect(jsonLines(Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`k${k}`, k]))).at(-1)).toEqual({
    key: '…',
    text: '12 more',
  });
});

test('parameters that people ask for come first, and a class is not said twice', () => {
  const facts = ['bootstrap', 'n_estimators', 'max_depth', 'columns'].map((name) => ({
    name,
    value: '1',
    mark: null,
  }));
  expect(mainParameters(facts).map(({ name }) => name)).toEqual(['n_estimators', 'max_depth']);
  expect([isSaid('standardscaler-2', 'sk.StandardScaler'), isSaid('scale', 'sk.StandardScaler')]).toEqual([
    true,
    false,
  ]);
});

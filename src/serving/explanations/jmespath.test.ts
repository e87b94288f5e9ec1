import { expect, test } from 'vitest';
import { compileJmespath } from './jmespath.ts';

const on = (expression: string, record: unknown): unknown => compileJmespath(expression)(record);

/** https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-online-explainability-create-endpoint-enable.html */
test.each([
  ['`true`', null, true],
  ['`false`', null, false],
  ['[1]>`0.5`', [1, 0.6], true],
  ['probability>`0.5`', { predicted_label: 1, probability: 0.6 }, true],
  [
    '!contains(probabilities[:-1], max(probabilities))',
    { probabilities: [0.4, 0.1, 0.4], labels: ['cat', 'dog', 'fish'] },
    false,
  ],
  ['!contains(probabilities[:-1], max(probabilities))', { probabilities: [0.1, 0.2, 0.7] }, true],
])("Clarify's example %s", (expression, record, wanted) => {
  expect(on(expression, record)).toBe(wanted);
});

/** https://jmespath.org/specification.html */
test.each([
  ['a.b.c[0].d[1][0]', { a: { b: { c: [{ d: [0, [1, 2]] }] } } }, 1],
  ['"with space"."é"', { 'with space': { é: 3 } }, 3],
  ['[0:4:1]', [0, 1, 2, 3, 4, 5], [0, 1, 2, 3]],
  ['[::-1]', [0, 1, 2], [2, 1, 0]],
  ['[-2:]', [0, 1, 2], [1, 2]],
  ['[-1]', [1, 2], 2],
  ['[5]', [1], null],
  ['a', { constructor: 1 }, null],
  ['constructor', {}, null],
  ['a == `[1, 2]`', { a: [1, 2] }, true],
  ["a == 'x'", { a: 'x' }, true],
  ['a != `null`', {}, false],
  ['a < b', { a: 'x', b: 'y' }, null],
  ['a >= `1` && !b || c', { a: 1, b: [], c: 5 }, true],
  ['`0` && `2`', null, 2],
  ["(a || b) == 'y'", { a: '', b: 'y' }, true],
  ['length(@) | @ == `2`', 'ab', true],
  ['sort(@)[0]', [10, 9], 9],
  ['sum(@) > avg(@)', [1, 2], true],
  ['not_null(a, b)', { b: 4 }, 4],
  ["starts_with(a, 'x') && type(b) == 'number'", { a: 'xy', b: 1 }, true],
])('%s', (expression, record, wanted) => {
  expect(on(expression, record)).toEqual(wanted);
});

test.each([
  '',
  '[',
  'a.',
  'a[]',
  'a[*]',
  '[?a]',
  '{a: b}',
  'a b',
  '`1',
  'shap(a)',
  '[0::0]',
  'a..b',
  '!',
  '&a',
  `${'('.repeat(256)}`,
])('what is no condition on a record is refused: %s', (expression) => {
  expect(() => compileJmespath(expression)).toThrow(SyntaxError);
});

test('functions refuse what they do not take', () => {
  for (const expression of ['max(@)', 'abs(@)', 'contains(`1`, @)', 'keys(@)'])
    expect(() => on(expression, ['a', 1])).toThrow(SyntaxError);
});

import { expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { ReadBudget } from './budget.ts';
import { parseJsonText } from './json-text.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const parse = (text: string): unknown =>
  parseJsonText(
    new TextEncoder().encode(text),
    'a test',
    new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 }),
  );

function codeOf(text: string): string {
  try {
    parse(text);
    return 'read';
  } catch (error) {
    return isPlimsollError(error) ? error.code : String(error);
  }
}

test('brackets in strings count for nothing', () => {
  const text = JSON.stringify({ a: '[{'.repeat(5000), 'b"\\': [1, [2]] });
  expect(parse(text)).toEqual(JSON.parse(text));
});

test.each([
  ['nesting', `${'['.repeat(1001)}${']'.repeat(1001)}`, 'READ_LIMIT'],
  ['brackets that fill the memory', `[${'[],'.repeat(6_000_000)}0]`, 'READ_LIMIT'],
  ['no JSON', '{"a": }', 'READ_CORRUPT'],
  ['a string without an end', '{"a": "b', 'READ_CORRUPT'],
  ['nothing', '', 'READ_CORRUPT'],
])('%s is refused', (_, text, code) => {
  expect(codeOf(text)).toBe(code);
});

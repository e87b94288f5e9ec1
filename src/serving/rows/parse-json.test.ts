import { expect, test } from 'vitest';
import { processorMillis } from '../../../tools/processor-time.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { parseJsonBody } from './parse-json.ts';

function complaint(text: string): unknown {
  try {
    return parseJsonBody(text);
  } catch (error) {
    if (isPlimsollError(error)) return (error.details['detail'] as unknown[])[0];
    throw error;
  }
}

test('words that Python writes for floats are read, but not inside strings', () => {
  expect(parseJsonBody('[NaN, -Infinity, Infinity, "NaN", "a\\"NaN", {"NaN": 1}]')).toEqual([
    null,
    '-Infinity',
    'Infinity',
    'NaN',
    'a"NaN',
    { NaN: 1 },
  ]);
  expect(parseJsonBody('\uFEFF[1]')).toEqual([1]);
});

test('a mistake in the JSON is named with its position', () => {
  expect(complaint('{"rows": [1, }')).toMatchObject({ type: 'json_invalid', loc: ['body'] });
  expect(complaint('{"rows": [1] "x": 2}')).toMatchObject({ loc: ['body', 13] });
  expect(complaint('')).toMatchObject({ msg: 'body: expected JSON, got nothing' });
  expect(complaint('[NaNa]')).toMatchObject({ type: 'json_invalid' });
});

test('a bare word is read beside a text of many megabytes', () => {
  expect(parseJsonBody(`["${'x'.repeat(20_000_000)}", NaN]`)).toEqual([expect.any(String), null]);
});

test('hostile text takes no longer than its length', () => {
  const took = processorMillis(() => {
    complaint(`NaN"${'\\"'.repeat(500_000)}\\`);
    complaint('['.repeat(1_000_000));
  });
  expect(took).toBeLessThan(2000);
});

import { expect, test } from 'vitest';
import { PlimsollError } from './errors.ts';

test('details are JSON, however large an integer they tell of', () => {
  const found = 2n ** 62n;
  const error = new PlimsollError('INTERNAL', { action: 'a test', reason: found, other: [1] });
  expect(error.message).toContain('4611686018427387904');
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    code: 'INTERNAL',
    details: { action: 'a test', reason: '4611686018427387904', other: [1] },
  });
});

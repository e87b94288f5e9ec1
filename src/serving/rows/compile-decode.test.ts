import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { compileDecode } from './compile-decode.ts';
import { decodeInput } from './decode.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: false,
  ...more,
});

const signature: Signature = {
  form: 'table',
  columns: [
    column('a'),
    column('b', { nullable: true }),
    column('c', { type: 'bool' }),
    column('d', { categories: [1, 2, null], nullable: true, unknown: 'error' }),
  ],
  outputs: [],
  classes: null,
};

const outcome = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return (error as { details: unknown }).details;
  }
};

const text: Signature = {
  ...signature,
  form: 'text',
  columns: [column('text', { type: 'string', named: false })],
};
const mixed: Signature = {
  ...signature,
  columns: [
    column('a'),
    column('b', { type: 'string', nullable: true, categories: ['x', null], unknown: 'error' }),
    column('c', { ignored: true, nullable: true }),
    column('d', { type: 'string', nullable: true }),
  ],
} as Signature;

test.each([
  ['numbers', signature, [1, null, true, 2]],
  ['texts', text, ['a']],
  ['numbers and texts', mixed, [1, 'x', 2, 'y']],
])('a thousand rows of %s are those of the long way', (_, one, cells) => {
  const rows = Array.from({ length: 1000 }, (_, i) => [
    i % 2 ? cells[0] : one === text ? 'b' : 7,
    ...cells.slice(1),
  ]);
  expect(compileDecode(one)({ rows })).toEqual(decodeInput({ rows }, one));
});

test('the short way gives what the long way gives, complaints included', () => {
  const cell = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(1, 2) },
    fc.constantFrom<unknown>(null, true, false, 3.5, -0, 'NaN', 'Infinity', 'x', [], {}),
  );
  const object = fc
    .record({ a: cell, b: cell, c: cell, d: cell, e: cell }, { requiredKeys: [] })
    .chain((row) => fc.shuffledSubarray(Object.entries(row), { minLength: 0 }).map(Object.fromEntries));
  const ordered = fc.record({ a: cell, b: cell, c: cell, d: cell });
  const row = fc.oneof(ordered, object, fc.array(cell, { minLength: 3, maxLength: 5 }));
  const body = fc.oneof(
    cell,
    row,
    fc.array(cell, { maxLength: 3 }).map((rows) => ({ rows })),
    fc.record({ text: cell }),
    fc.array(row, { maxLength: 3 }).map((rows) => ({ rows })),
    fc.array(row, { maxLength: 3 }).map((instances) => ({ instances, parameters: {} })),
  );
  fc.assert(
    fc.property(body, fc.constantFrom(signature, text, mixed), (value, one) => {
      expect(outcome(() => compileDecode(one)(value))).toEqual(outcome(() => decodeInput(value, one)));
    }),
    { numRuns: runs(5000) },
  );
});

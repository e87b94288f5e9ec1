import { expect, test } from 'vitest';
import { processorMillis } from '../../../tools/processor-time.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { decodeInput } from './decode.ts';
import type { InputDetail } from './input-errors.ts';

const signature = (...names: string[]): Signature => ({
  form: 'table',
  columns: names.map((name): ColumnSpec => ({ name, named: true, type: 'number', nullable: false })),
  outputs: [],
  classes: null,
});

function refusal(body: unknown, table: Signature): { text: string; details: readonly InputDetail[] } {
  try {
    decodeInput(body, table);
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { text: JSON.stringify(error), details: error.details['detail'] as InputDetail[] };
  }
  throw new Error('the rows were accepted');
}

test('a key as long as the request is not sent back at its length', () => {
  const key = 'k'.repeat(1_000_000);
  for (const body of [{ [key]: 1 }, { rows: [{ a: 1, [key]: 1 }] }, { rows: [[1]], [key]: 1 }]) {
    expect(refusal(body, signature('a')).text.length).toBeLessThan(3000);
  }
});

test('the first few strangers are told what they may be, a request of nothing else is not worth the time', () => {
  const names = Array.from({ length: 40 }, (_, i) => `income_${i}`);
  const row = Object.fromEntries(names.map((name) => [`${name}x`, 1]));
  const { details } = refusal({ rows: [row] }, signature(...names));
  const said = details.map(({ msg }) => msg.includes('did you mean'));
  expect(said.slice(0, 5)).toEqual([true, true, true, true, true]);
  expect(said.slice(5)).not.toContain(true);
});

test('long names that share a beginning hold nobody up', () => {
  const name = (i: number): string =>
    `${'a_long_beginning_that_every_column_has_'.repeat(1)}${String(i).padStart(20, '0')}`;
  const table = signature(...Array.from({ length: 5000 }, (_, i) => name(i)));
  const row = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [name(10_000 + 7 * i), 1]));
  expect(processorMillis(() => refusal({ rows: [row] }, table))).toBeLessThan(500);
});

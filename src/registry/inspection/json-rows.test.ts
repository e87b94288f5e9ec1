import { expect, test } from 'vitest';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { answerDistance } from './distance.ts';
import { jsonRows, shortenedJson } from './json-rows.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  ...{ name, named: true, type: 'number', nullable: true },
  ...more,
});
const tableOf = (form: 'table' | 'text', ...columns: ColumnSpec[]): Signature => ({
  ...{ form, columns, outputs: [], classes: null },
});
const table = (...columns: ColumnSpec[]): Signature => tableOf('table', ...columns);

test('rows go by names where the file knows them, and are lists where it does not', () => {
  const batch = {
    kind: 'matrix',
    rows: 2,
    width: 2,
    data: Float64Array.of(1, Number.NaN, 0, Infinity),
  } as const;
  expect(jsonRows(batch, table(column('a', { type: 'bool' }), column('b')))).toEqual([
    { a: true, b: null },
    { a: false, b: 'Infinity' },
  ]);
  expect(jsonRows(batch, table(column('x0', { named: false }), column('x1', { named: false })))).toEqual([
    [1, null],
    [0, 'Infinity'],
  ]);
  const texts = { kind: 'table', rows: 2, columns: [['good', null]] } as const;
  expect(jsonRows(texts, tableOf('text', column('text', { type: 'string' })))).toEqual(['good', null]);
});

test('rows of tensors go by the names of the tensors', () => {
  const x = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;
  const signature: Signature = { form: 'tensors', tensors: [], outputs: [], classes: null };
  expect(jsonRows({ kind: 'tensors', rows: 2, tensors: { x } }, signature)).toEqual([
    { x: [1, 2] },
    { x: [3, 4] },
  ]);
});

test('long lists are cut with a count, however deep they lie', () => {
  expect(shortenedJson({ a: [[1, 2, 3]] }, 2)).toEqual({ a: [[1, 2, '… 1 more']] });
  expect(shortenedJson({ a: 1, b: 2, c: 3 }, 2)).toEqual({ a: 1, b: 2, '…': '1 more' });
});

test('distances are those of numbers, at their largest; anything else is the same or not', () => {
  expect(answerDistance([1, 2], [1, 2.5])).toEqual({ isSame: false, absolute: 0.5, relative: 0.25 });
  expect(answerDistance('a', 'a')).toEqual({ isSame: true, absolute: null, relative: null });
  expect(answerDistance('a', 'b')).toEqual({ isSame: false, absolute: null, relative: 1 });
  expect(answerDistance([1], [1, 2]).isSame).toBe(false);
  expect(answerDistance(0, 1e-3).isSame).toBe(false);
});

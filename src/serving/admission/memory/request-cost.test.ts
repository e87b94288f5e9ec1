import { expect, test } from 'vitest';
import type { Signature } from '../../../model/signature.ts';
import {
  answerRowCost,
  checkBatch,
  checkBody,
  checkDepth,
  checkOutputs,
  checkRows,
  rowsBytes,
} from './request-cost.ts';

const MB = 2 ** 20;
const ROOM = { heap: 64 * MB, external: 64 * MB };
const signatureOf = (width: number, ignored = 0): Signature => ({
  form: 'table',
  columns: Array.from({ length: 4 + ignored }, (_, k) => ({
    name: `c${k}`,
    named: true,
    type: 'number',
    nullable: false,
    ...(k >= 4 ? { ignored: true } : {}),
  })),
  outputs: [{ name: 'transform', dtype: 'float64', shape: [-1, width] }],
  classes: null,
});
const code = (name: string) => expect.objectContaining({ code: name });
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a body that nests too deep is refused before it is parsed, with the depth that it has', () => {
  const deep = bytesOf('['.repeat(9000) + ']'.repeat(9000));
  expect(() => checkDepth(deep, {})).toThrow('nest 9000 deep, at most 100 are read');
  expect(() => checkBody(deep, {}, signatureOf(1), ROOM)).toThrow(code('BODY_TOO_DEEP'));
});

test('a body that may become more than its room is refused with both numbers', () => {
  const lists = bytesOf(`[${'[],'.repeat(2 * MB)}0]`);
  expect(() => checkBody(lists, {}, signatureOf(1), ROOM)).toThrow(/may take \d+ MB .* at most 64 MB/);
  expect(() => checkBody(bytesOf('[[1,2,3,4]]'), {}, signatureOf(1), ROOM)).not.toThrow();
});

test('a body whose rows may be more than there is room for beside the heap is refused', () => {
  const said = /the rows that its body may hold .* at most 64 MB/;
  expect(() => checkBatch(new Uint8Array(11 * MB), signatureOf(1), ROOM)).toThrow(said);
  expect(() => checkBatch(new Uint8Array(10 * MB), signatureOf(1), ROOM)).not.toThrow();
  expect(() => checkBatch(new Uint8Array(MB), signatureOf(1, 400), ROOM)).toThrow(said);
});

test('columns that nobody has to send count for the rows that they widen', () => {
  expect(rowsBytes(1000, signatureOf(1, 400))).toBeGreaterThan(100 * rowsBytes(1000, signatureOf(1)));
});

test('rows with a wide answer are refused with how many would fit', () => {
  const row = answerRowCost(signatureOf(50_000), 0);
  expect(() => checkRows(6800, row, 0, ROOM)).toThrow(/6800 rows, of which 2\d would fit/);
  expect(() => checkRows(20, row, 0, ROOM)).not.toThrow();
});

test('an answer is held against its room as it is, whatever was announced', () => {
  const data = new Float64Array(2 * MB);
  const wide = { y: { dtype: 'float64' as const, shape: [2 * MB], data } };
  expect(() => checkOutputs(wide, 0, ROOM)).toThrow(code('MEMORY_EXCEEDED'));
  expect(() => checkOutputs({ y: { ...wide.y, data: data.subarray(0, 9) } }, 0, ROOM)).not.toThrow();
});

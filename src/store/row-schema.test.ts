import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { anyInteger, anyText, anything, choice } from '../schema/value-schema.ts';
import { openStore } from './open.ts';
import { bytesColumn, flagColumn, jsonColumn, orNull, RowSchema } from './row-schema.ts';
import { version } from './testing/rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROWS = new RowSchema('things', ['id'], {
  id: anyInteger,
  kind: choice(['a', 'b']),
  isOpen: flagColumn,
  body: jsonColumn(anything),
  answer: orNull(jsonColumn(anyText)),
  bytes: orNull(bytesColumn),
});
const ROW = { id: 1, kind: 'a', isOpen: true, body: { x: [1, null] }, answer: null, bytes: null } as const;

test('a row comes back as it was kept, and null is not JSON of null', () => {
  const kept = ROWS.write(ROW);
  expect(kept).toEqual({ ...ROW, isOpen: 1, body: '{"x":[1,null]}' });
  expect(ROWS.read(kept)).toEqual(ROW);
  expect(ROWS.write({ ...ROW, body: undefined, answer: 'x' })).toMatchObject({ body: 'null', answer: '"x"' });
});

test('a change keeps the columns that are given, also where they are null', () => {
  expect(ROWS.change({ isOpen: false, body: null, kind: undefined, bytes: null })).toEqual({
    isOpen: 0,
    body: 'null',
    bytes: null,
  });
});

test('bytes are copied out of the buffer of the driver', () => {
  const buffer = new Uint8Array([0, 1, 2, 3]);
  const { bytes } = ROWS.read({ ...ROWS.write(ROW), bytes: buffer.subarray(1, 3) });
  expect(bytes).toEqual(new Uint8Array([1, 2]));
  expect(bytes?.buffer).not.toBe(buffer.buffer);
});

test('all columns that do not fit are named, with table and key', () => {
  const kept = { ...ROWS.write(ROW), kind: 'c', isOpen: 2, body: '{"x":', bytes: 'no' };
  expect(() => ROWS.read(kept as never)).toThrow(
    'Cannot use the row id 1 of the table things of the store: kind is "c", wanted one of a, b; ' +
      'isOpen is 2, wanted one of 0, 1; body is "{\\"x\\":", wanted JSON; bytes is "no", wanted bytes',
  );
});

test('a row of a store that somebody has damaged is refused by its code', async () => {
  const path = join(folder, 'store.sqlite');
  const store = await openStore(`sqlite:${path}`);
  await store.tables.versions.insert(version());
  await store.close();
  const database = new DatabaseSync(path);
  database.exec(`update versions set checks = '[{"name":"golden","ok":1}]', labels = 'team'`);
  database.close();
  const damaged = await openStore(`sqlite:${path}`);
  await expect(damaged.tables.versions.get('churn', 1)).rejects.toMatchObject({
    code: 'STORE_ROW_INVALID',
    details: {
      table: 'versions',
      key: 'model "churn", version 1',
      list: [
        'checks[0].ok is 1, wanted true or false',
        'checks[0].detail is missing, wanted a text',
        'labels is "team", wanted JSON',
      ],
    },
  });
  await damaged.close();
});

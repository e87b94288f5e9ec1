import {
  BIGINT,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  UBIGINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { elementAt } from '../core/element-at.ts';
import { bigintItems, numberItems, textEntries, validityBits, vectorItems } from './vector-items.ts';

const vectorOf = (type: DuckDBType) => DuckDBDataChunk.create([type], 2).getColumnVector(0);

test('a vector of numbers is answered as the array that it is made of', () => {
  const vector = vectorOf(DOUBLE);
  vector.setItem(1, 0.5);
  expect(numberItems(vector)[1]).toBe(0.5);
  expect(vectorItems(vector, Float64Array)).toBe(numberItems(vector));
  expect(vectorItems(vectorOf(UTINYINT), Uint8Array)).toHaveLength(2);
});

test('64-bit integers are answered exactly, with and without a sign', () => {
  const vector = vectorOf(BIGINT);
  vector.setItem(0, -(2n ** 62n));
  expect(bigintItems(vector)[0]).toBe(-(2n ** 62n));
  expect(bigintItems(vectorOf(UBIGINT))).toBeInstanceOf(BigUint64Array);
});

test('the entries of a text begin with its length', async () => {
  const db = await (await DuckDBInstance.create()).connect();
  const block = await (await db.stream("SELECT 'twelve bytes'")).fetchChunk();
  expect(block && textEntries(block.getColumnVector(0)).getUint32(0, true)).toBe(12);
});

test('a row without a value is a bit that is 0', () => {
  const vector = vectorOf(DOUBLE);
  vector.setItem(0, null);
  vector.setItem(1, 1);
  expect(BigInt.asUintN(2, elementAt(validityBits(vector) ?? new BigUint64Array(0), 0))).toBe(0b10n);
});

test('a vector of another kind is refused', () => {
  expect(() => vectorItems(vectorOf(DOUBLE), Uint8Array)).toThrow(
    'a vector of DOUBLE is not made of Uint8Array',
  );
  expect(() => numberItems(vectorOf(VARCHAR))).toThrow('a vector of VARCHAR is not made of numbers');
  expect(() => bigintItems(vectorOf(DOUBLE))).toThrow('a vector of DOUBLE is not made of 64-bit integers');
  expect(() => textEntries(vectorOf(DOUBLE))).toThrow('a vector of DOUBLE is not made of texts');
});

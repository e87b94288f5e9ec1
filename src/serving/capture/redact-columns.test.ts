import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { redactColumns } from './redact-columns.ts';

const KEY = new Uint8Array(32).fill(9);
const COLUMNS = [
  { name: 'ssn', values: ['1', '2', null, '1'] },
  { name: 'age', values: Float64Array.of(30, Number.NaN, -0, 1e21) },
  { name: 'city', values: ['a', 'b', 'c', 'd'] },
];
const hmac = (text: string): string => createHmac('sha256', KEY).update(text).digest('hex').slice(0, 16);

test('a dropped column is gone, a hashed one is texts, a missing value stays missing', () => {
  expect(redactColumns(COLUMNS, { drop: ['city'], hash: ['ssn', 'age'] }, () => KEY)).toEqual([
    { name: 'ssn', values: [hmac('1'), hmac('2'), null, hmac('1')] },
    { name: 'age', values: [hmac('30'), null, hmac('0'), hmac('1e+21')] },
  ]);
  expect(redactColumns(COLUMNS, { drop: [], hash: [] }, () => KEY)).toBe(COLUMNS);
});

test('what is both to be dropped and to be hashed is dropped, and so is what cannot be hashed', () => {
  expect(redactColumns(COLUMNS, { drop: ['ssn'], hash: ['ssn'] }, () => KEY).map(({ name }) => name)).toEqual(
    ['age', 'city'],
  );
  expect(
    redactColumns(COLUMNS, { drop: [], hash: ['ssn', 'city'] }, () => null).map(({ name }) => name),
  ).toEqual(['age']);
});

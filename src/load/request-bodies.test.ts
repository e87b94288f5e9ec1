import { expect, test } from 'vitest';
import { requestBodies } from './request-bodies.ts';

const parsed = (body: unknown, rows: number): unknown[] =>
  requestBodies(body, rows).bodies.map((text) => JSON.parse(text));

test('rows are taken in turn, from the first on again where they end', () => {
  expect(parsed([[1], [2], [3]], 2)).toEqual([{ rows: [[1], [2]] }, { rows: [[3], [1]] }]);
  expect(parsed({ rows: [[1]] }, 3)).toEqual([{ rows: [[1], [1], [1]] }]);
});

test('each form of a body keeps its form, and what is said beside the rows', () => {
  expect(parsed({ instances: [1, 2], parameters: { a: 1 } }, 1)).toEqual([
    { instances: [1], parameters: { a: 1 } },
    { instances: [2], parameters: { a: 1 } },
  ]);
  expect(parsed({ dataframe_records: [{ a: 1 }] }, 1)).toEqual([{ dataframe_records: [{ a: 1 }] }]);
  const split = { dataframe_split: { index: [0, 1], columns: ['a'], data: [[1], [2]] } };
  expect(parsed(split, 2)).toEqual([{ dataframe_split: { columns: ['a'], data: [[1], [2]] } }]);
});

test('a body whose rows cannot be told apart is sent as it is', () => {
  expect(requestBodies({ inputs: { a: [1, 2] } }, 5)).toEqual({
    bodies: ['{"inputs":{"a":[1,2]}}'],
    rows: 1,
  });
});

test('of many rows no more than a thousand bodies are made', () => {
  expect(
    requestBodies(
      Array.from({ length: 5000 }, () => 1),
      1,
    ).bodies,
  ).toHaveLength(1000);
});

test('an input without rows, and a request that is too large, are refused', () => {
  expect(() => requestBodies([], 1)).toThrow(/no rows/);
  expect(() => requestBodies(['x'.repeat(2 ** 20)], 100)).toThrow(/fewer --rows/);
});

import { expect, test } from 'vitest';
import type { Batch } from '../../model/batch.ts';
import { areAlike, type QueuedRequest, takeTogether } from './batching.ts';
import { LogLines } from './lines.ts';
import { MemoryGrowth } from './memory-growth.ts';

const matrix = (rows: number, width = 1): Batch => ({
  ...{ kind: 'matrix', rows, width, data: new Float64Array(rows * width) },
});
const waiting = (rows: number, options: { width?: number; isAlone?: boolean } = {}): QueuedRequest => ({
  work: { kind: 'infer', batch: matrix(rows, options.width) },
  isAlone: options.isAlone ?? false,
});
const rule = { batches: true, maxRows: 10 };

test('what waits goes together up to the limit, and in its order', () => {
  const queue = [waiting(4), waiting(5), waiting(3), waiting(1)];
  const [a, b, c, d] = queue;
  expect(takeTogether(queue, rule, 1)).toEqual([a, b, d]);
  expect(queue).toEqual([c]);
});

test('a request over the limit goes by itself', () => {
  const queue = [waiting(50), waiting(1)];
  expect(takeTogether(queue, rule, 1).length).toBe(1);
});

test('the oldest is never passed over for others that are like each other', () => {
  const queue = [waiting(1, { width: 2 }), waiting(1), waiting(1)];
  const [first] = queue;
  expect(takeTogether(queue, rule, 1)).toEqual([first]);
  expect(takeTogether(queue, rule, 1).length).toBe(2);
});

test('what has to go alone goes alone, first or not', () => {
  const queue = [waiting(1, { isAlone: true }), waiting(1), waiting(1, { isAlone: true }), waiting(1)];
  expect([1, 2, 3].map(() => takeTogether(queue, rule, 1).length)).toEqual([1, 2, 1]);
});

test('two free workers share what waits', () => {
  const queue = [waiting(1), waiting(1), waiting(1), waiting(1)];
  expect([takeTogether(queue, rule, 2).length, takeTogether(queue, rule, 1).length]).toEqual([2, 2]);
});

test('without batching every request goes by itself', () => {
  const queue = [waiting(1), waiting(1)];
  expect(takeTogether(queue, { ...rule, batches: false }, 1).length).toBe(1);
});

test('tables are alike where the same columns are numbers', () => {
  const table = (...columns: ('n' | 's')[]) =>
    ({
      kind: 'infer',
      batch: {
        kind: 'table',
        rows: 1,
        columns: columns.map((c) => (c === 'n' ? new Float64Array(1) : ['a'])),
      },
    }) as const;
  expect(areAlike(table('n', 's'), table('n', 's'))).toBe(true);
  expect(areAlike(table('n', 's'), table('s', 'n'))).toBe(false);
  expect(areAlike(table('n'), { kind: 'infer', batch: matrix(1) })).toBe(false);
});

test('tensors are alike where names, types and all sizes but the first agree', () => {
  const of = (name: string, ...shape: number[]) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    return {
      kind: 'infer',
      batch: { kind: 'tensors', rows: 1, tensors: { [name]: { dtype: 'float32', shape, data } } },
    } as const;
  };
  expect(areAlike(of('x', 1, 3), of('x', 2, 3))).toBe(true);
  expect(areAlike(of('x', 1, 3), of('x', 1, 4))).toBe(false);
  expect(areAlike(of('x', 1, 3), of('y', 1, 3))).toBe(false);
});

test('growth is measured by what a model takes with its first rows', () => {
  const [mega, giga] = [2 ** 20, 2 ** 30];
  const growth = new MemoryGrowth(100 * mega);
  expect(growth.isTooMuch(600 * mega)).toBe(false);
  for (let i = 0; i < 10; i++) growth.isTooMuch(600 * mega);
  expect(growth.isTooMuch(1.15 * giga)).toBe(false);
  expect(growth.isTooMuch(1.2 * giga)).toBe(true);
});

test('lines in excess are counted, not kept', () => {
  let now = 0;
  const lines: string[] = [];
  const log = new LogLines({ monotonic: () => now }, (line) => lines.push(line));
  for (let i = 0; i < 600; i++) log.push(Buffer.from(`line ${i}\n`));
  expect(lines.length).toBe(500);
  now = 1_000;
  log.push(Buffer.from('later\rhalf of ø'.slice(0, -1)));
  log.push(Buffer.from([0xc3]));
  log.push(Buffer.from([0xb8]));
  log.close();
  expect(lines.slice(500)).toEqual(['… 100 lines left out: too many at once', 'later', 'half of ø']);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch } from '../model/batch.ts';
import { BLOCK_ROWS, isolate } from './isolate.ts';

/** Fails on batches that hold one of `bad`; counts its calls and the rows that it is given. */
function engineWith(bad: ReadonlySet<number>, error: (row: number) => Error) {
  const cost = { calls: 0, rows: 0 };
  const engine: Engine = {
    id: 'native',
    infer(batch) {
      if (batch.kind !== 'matrix') throw new Error('a matrix was wanted');
      cost.calls++;
      cost.rows += batch.rows;
      const at = batch.data.findIndex((value) => bad.has(value));
      if (at >= 0) throw error(at);
      return { y: { dtype: 'float64', shape: [batch.rows], data: batch.data.slice() } };
    },
    close: () => undefined,
  };
  return { engine, cost };
}

const batchOf = (rows: number): Batch => ({
  kind: 'matrix',
  rows,
  width: 1,
  data: Float64Array.from({ length: rows }, (_, i) => i),
});

async function run(engine: Engine, rows: number) {
  const answers = new Map<number, number>();
  const failed: number[] = [];
  await isolate(
    engine,
    batchOf(rows),
    (outputs, from, count) => {
      const { data } = outputs['y'] as { data: Float64Array };
      for (let i = 0; i < count; i++) answers.set(from + i, data[i]!);
    },
    (row) => failed.push(row),
  );
  return { answers, failed };
}

const silent = () => new Error('no');
const naming = (row: number) => new PlimsollError('INPUT_INVALID', { problem: 'no', row });

test('each row is answered or failed, once, whichever rows are at fault and whether or not they are named', async () => {
  const rows = fc.integer({ min: 1, max: 3000 });
  const bad = fc.uniqueArray(fc.integer({ min: 0, max: 2999 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(rows, bad, fc.constantFrom(silent, naming), async (count, picked, error) => {
      const wrong = picked.filter((row) => row < count).sort((a, b) => a - b);
      const { engine, cost } = engineWith(new Set(wrong), error);
      const { answers, failed } = await run(engine, count);
      expect(failed.sort((a, b) => a - b)).toEqual(wrong);
      expect(answers.size).toBe(count - wrong.length);
      for (const [row, value] of answers) expect(value).toBe(row);
      const blocks = Math.ceil(count / BLOCK_ROWS);
      expect(cost.calls).toBeLessThanOrEqual(blocks + wrong.length * 2 * Math.ceil(Math.log2(BLOCK_ROWS)));
    }),
  );
});

test('a row that the error names costs its block once more, not eleven times', async () => {
  const { engine, cost } = engineWith(new Set([700]), naming);
  await run(engine, BLOCK_ROWS);
  expect(cost.calls).toBeLessThanOrEqual(4);
  expect(cost.rows).toBeLessThan(2 * BLOCK_ROWS);
});

test('a block of nothing but bad rows costs no more than log2 of it for each row', async () => {
  for (const error of [silent, naming]) {
    const { engine, cost } = engineWith(new Set(Array.from({ length: BLOCK_ROWS }, (_, i) => i)), error);
    const { failed } = await run(engine, BLOCK_ROWS);
    expect(failed.length).toBe(BLOCK_ROWS);
    expect(cost.rows).toBeLessThanOrEqual(BLOCK_ROWS * (1 + Math.log2(BLOCK_ROWS)));
  }
});

test('what names a row that was not given is cut in half all the same', async () => {
  for (const row of [-1, 5000, 1.5]) {
    const wrong = () => new PlimsollError('INPUT_INVALID', { problem: 'no', row });
    const { failed } = await run(engineWith(new Set([3]), wrong).engine, 10);
    expect(failed).toEqual([3]);
  }
});

test('what is no fault of a row is thrown', async () => {
  const gone = () => new PlimsollError('SCORER_DIED', { model: 'm', reason: 'SIGSEGV' });
  await expect(run(engineWith(new Set([3]), gone).engine, 10)).rejects.toMatchObject({ code: 'SCORER_DIED' });
  const down = () =>
    new PlimsollError('PYTHON_WORKER_ENDED', {
      model: 'm',
      reason: 'none was ready',
      retry: 1,
      isDown: true,
    });
  await expect(run(engineWith(new Set([3]), down).engine, 10)).rejects.toMatchObject({
    code: 'PYTHON_WORKER_ENDED',
  });
});

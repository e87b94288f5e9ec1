import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { createPythonEngine, type PythonEngine, type PythonEngineOptions } from './engine.ts';
import { loadOf, MISBEHAVING, matrixBatchOf, ORDER, PYTHON } from './testing/misbehaving.ts';

async function open(options: Partial<PythonEngineOptions> = {}): Promise<PythonEngine> {
  const engine = await createPythonEngine({
    ...{ name: 'churn', interpreter: PYTHON, script: MISBEHAVING, load: loadOf(), batches: true, workers: 1 },
    ...{ callMillis: 10_000, startMillis: 10_000, maxRows: 64, ...options },
  });
  onTestFinished(() => engine.close());
  return engine;
}

const numbers = (outputs: Outputs, name: string): readonly number[] =>
  Array.from((outputs[name] as { data: Float64Array }).data);

/** What it predicts, or the code of its error. */
const outcomeOf = (engine: PythonEngine, batch: Batch): Promise<unknown> =>
  engine.infer(batch).then(
    (outputs) => numbers(outputs, 'predict'),
    (error) => (isPlimsollError(error) ? error.code : error),
  );
const outcome = (engine: PythonEngine, ...rows: number[][]): Promise<unknown> =>
  outcomeOf(engine, matrixBatchOf(...rows));

/** Rows of one tensor, as networks take them. */
const floatsOf = (...rows: readonly (readonly number[])[]): Batch => ({
  kind: 'tensors',
  rows: rows.length,
  tensors: {
    x: { dtype: 'float32', shape: [rows.length, rows[0]!.length], data: Float32Array.from(rows.flat()) },
  },
});

test('requests that wait go together, each gets its own rows, and none is held back', async () => {
  const engine = await open();
  const answers = await Promise.all(
    [1, 2, 3].map((value) => engine.infer(matrixBatchOf([value], [10 * value]))),
  );
  expect(answers.map((answer) => numbers(answer, 'predict'))).toEqual([
    [1, 10],
    [2, 20],
    [3, 30],
  ]);
  expect(numbers(answers[0]!, 'together')).toEqual([6, 6]);
  expect(numbers(await engine.infer(matrixBatchOf([4])), 'together')).toEqual([1]);
  expect(engine.status()).toMatchObject({
    up: 1,
    restarts: 0,
    waiting: 0,
    together: [1, 0, 1, 0, 0, 0, 0, 0, 0],
  });
});

test('what nobody waits for any more takes no worker, and goes with nobody', async () => {
  const engine = await open();
  const wanted = engine.infer(matrixBatchOf([1]), () => true);
  const left = engine.infer(matrixBatchOf([2]), () => false);
  await expect(left).rejects.toMatchObject({ code: 'ENGINE_BUSY' });
  expect(numbers(await wanted, 'together')).toEqual([1]);
  expect(engine.status()).toMatchObject({
    waiting: 0,
    waitingRows: 0,
    together: [1, 0, 0, 0, 0, 0, 0, 0, 0],
  });
});

test('rows of a version that does not batch are never put together nor cut', async () => {
  const engine = await open({ batches: false, maxRows: 2 });
  const answers = await Promise.all([1, 2].map((value) => engine.infer(matrixBatchOf([value]))));
  expect(answers.flatMap((answer) => numbers(answer, 'together'))).toEqual([1, 1]);
  expect(numbers(await engine.infer(matrixBatchOf([1], [2], [3])), 'together')).toEqual([3, 3, 3]);
});

test('a large batch is cut, and answered whole', async () => {
  const engine = await open({ maxRows: 2 });
  const outputs = await engine.infer(matrixBatchOf([1], [2], [3]));
  expect([numbers(outputs, 'predict'), numbers(outputs, 'together')]).toEqual([
    [1, 2, 3],
    [2, 2, 1],
  ]);
});

test('batches of another width are not put together', async () => {
  const engine = await open();
  expect(await Promise.all([outcome(engine, [1]), outcome(engine, [2, 3])])).toEqual([[1], [2, 3]]);
});

test('requests of float tensors go together, and each gets the rows that it asked with', async () => {
  const engine = await open();
  const answers = await Promise.all([floatsOf([1, 2]), floatsOf([3, 4], [5, 6])].map((x) => engine.infer(x)));
  expect(answers.map(({ predict }) => predict)).toEqual([
    { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) },
    { dtype: 'float32', shape: [2, 2], data: Float32Array.of(3, 4, 5, 6) },
  ]);
  expect(answers.map((answer) => numbers(answer, 'together'))).toEqual([[3], [3, 3]]);
  expect(engine.status().together).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
});

test('float tensors of another shape, and rows of another kind, go by themselves', async () => {
  const engine = await open();
  const batches = [floatsOf([1, 2]), floatsOf([3, 4, 5]), matrixBatchOf([6, 7])];
  const answers = await Promise.all(batches.map((batch) => engine.infer(batch)));
  expect(answers.map((answer) => [numbers(answer, 'predict'), numbers(answer, 'together')])).toEqual([
    [[1, 2], [1]],
    [[3, 4, 5], [1]],
    [[6, 7], [1]],
  ]);
});

test('of float tensors, too, only the request at fault fails', async () => {
  const engine = await open();
  const answers = [1, ORDER.fails, ORDER.refuses, 2].map((value) => outcomeOf(engine, floatsOf([value, 0])));
  expect(await Promise.all(answers)).toEqual([[1, 0], 'PYTHON_FAILED', 'INPUT_INVALID', [2, 0]]);
});

test('only the request at fault fails', async () => {
  const engine = await open();
  const answers = [[1], [ORDER.fails], [2], [ORDER.refuses], [ORDER.lies], [3]].map((row) =>
    outcome(engine, row),
  );
  const failures = ['PYTHON_FAILED', 'INPUT_INVALID', 'PYTHON_WORKER_ENDED'];
  expect(await Promise.all(answers)).toEqual([[1], failures[0], [2], failures[1], failures[2], [3]]);
});

test('an error says which line it was, and not where it lies here', async () => {
  const engine = await open();
  await expect(engine.infer(matrixBatchOf([ORDER.fails]))).rejects.toMatchObject({
    code: 'PYTHON_FAILED',
    message:
      'Cannot answer: the Python code of churn failed in score.py line 3 (return 1 / 0): ValueError: this row is bad',
    details: { file: 'score.py', line: 3, text: 'return 1 / 0', type: 'ValueError' },
  });
});

test('an answer of too few rows is refused: nobody gets the rows of another', async () => {
  const engine = await open();
  const answers = [outcome(engine, [ORDER.wrongRows], [1]), outcome(engine, [2], [3])];
  expect(await Promise.all(answers)).toEqual(['PYTHON_OUTPUT_INVALID', [2, 3]]);
});

test('what kills its worker twice is a 503, what was with it is answered, and the pool recovers', async () => {
  const engine = await open();
  const killer = engine.infer(matrixBatchOf([ORDER.dies]));
  const others = [1, 2, 3].map((value) => outcome(engine, [value]));
  await expect(killer).rejects.toMatchObject({
    code: 'PYTHON_WORKER_ENDED',
    http: 503,
    details: { retry: 1 },
  });
  expect(await Promise.all(others)).toEqual([[1], [2], [3]]);
  expect(engine.status()).toMatchObject({ up: 1, restarts: 2 });
});

test('a worker killed from outside costs no request', async () => {
  const engine = await open({ workers: 2 });
  const answers = Array.from({ length: 200 }, (_, i) => outcome(engine, [i], [ORDER.slow]));
  await new Promise((resolve) => {
    setTimeout(resolve, 60);
  });
  process.kill(engine.status().pids[0]!, 'SIGKILL');
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 200 }, (_, i) => [i, ORDER.slow]));
  await expect.poll(() => engine.status()).toMatchObject({ up: 2, restarts: 1 });
});

test('a call over its limit is a 504 and does not take the others with it', async () => {
  const engine = await open({ callMillis: 2000 });
  const answers = [outcome(engine, [ORDER.hangs]), outcome(engine, [1])];
  expect(await Promise.all(answers)).toEqual(['ENGINE_TIMEOUT', [1]]);
  expect(await outcome(engine, [2])).toEqual([2]);
});

test('where no worker comes up again, requests are refused when they have waited long enough', async () => {
  const load = loadOf();
  const model = join(load.scratch, 'started.once');
  const engine = await open({ load: { ...load, model }, callMillis: 400 });
  process.kill(engine.status().pids[0]!, 'SIGKILL');
  // The third start says that the second has failed, and why: on a busy machine that takes a while.
  await expect.poll(() => engine.status().restarts).toBeGreaterThan(1);
  expect(engine.status().up).toBe(0);
  await expect(engine.infer(matrixBatchOf([1]))).rejects.toMatchObject({
    code: 'PYTHON_WORKER_ENDED',
    message: expect.stringContaining('it was started twice'),
  });
});

test('one request too many is refused at once', async () => {
  const engine = await open({ queue: 2 });
  const answers = [1, 2, 3].map((value) => outcome(engine, [value]));
  expect(await Promise.all(answers)).toEqual([[1], [2], 'ENGINE_BUSY']);
});

test('a worker that has grown is followed by another before it goes', async () => {
  const engine = await open();
  const [pid] = engine.status().pids;
  for (let i = 0; i < 11; i++) await engine.infer(matrixBatchOf([1]));
  await engine.infer(matrixBatchOf([ORDER.grows]));
  let least = 1;
  await expect
    .poll(async () => {
      await engine.infer(matrixBatchOf([1]));
      least = Math.min(least, engine.status().up);
      return engine.status().pids;
    })
    .not.toEqual([pid]);
  expect(least).toBe(1);
});

test('closing answers what a worker has and refuses what waits', async () => {
  const engine = await open({ batches: false });
  const answers = [outcome(engine, [ORDER.slow]), outcome(engine, [1])];
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  await engine.close();
  expect(await Promise.all(answers)).toEqual([[ORDER.slow], 'ENGINE_CLOSED']);
  expect(await outcome(engine, [1])).toBe('ENGINE_CLOSED');
});

test('answers become what the signature promises, and others are refused', async () => {
  const signature = (dtype: 'float32' | 'string') => ({
    ...{ form: 'table' as const, classes: null },
    columns: [{ name: 'x', named: true, type: 'number' as const, nullable: true }],
    outputs: [{ name: 'predict', dtype, shape: [-1] }],
  });
  const engine = await open({ signature: signature('float32') });
  const { predict, together } = await engine.infer(matrixBatchOf([1]));
  expect([predict, together]).toEqual([
    { dtype: 'float32', shape: [1], data: Float32Array.of(1) },
    undefined,
  ]);
  expect(await outcome(engine, [1, 2])).toBe('INPUT_INVALID');
  const other = await open({ signature: signature('string') });
  expect(await outcome(other, [1])).toBe('PYTHON_OUTPUT_INVALID');
});

test('a batch is as it was after it was asked', async () => {
  const engine = await open();
  const batch: Batch = matrixBatchOf([1], [2]);
  const before = structuredClone(batch);
  await Promise.all([engine.infer(batch), engine.infer(batch)]);
  expect(batch).toEqual(before);
});

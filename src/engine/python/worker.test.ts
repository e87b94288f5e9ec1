import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import { PythonFailureError } from './failure.ts';
import { pythonProgram } from './interpreter.ts';
import { loadOf, MISBEHAVING, matrixBatchOf, ORDER, PYTHON } from './testing/misbehaving.ts';
import { type PythonWorker, startWorker, type WorkerOptions } from './worker.ts';

type Options = Partial<WorkerOptions> & { model?: string; interpreter?: string };

async function start(options: Options = {}): Promise<PythonWorker> {
  const { model = null, interpreter = PYTHON, ...rest } = options;
  const load = { ...loadOf(), model, ...rest.load };
  const limits = { startMillis: 10_000, callMillis: 10_000 };
  const program = pythonProgram({ interpreter, script: MISBEHAVING });
  const worker = await startWorker({ program, ...limits, ...rest, load });
  onTestFinished(() => worker.close());
  return worker;
}

const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error) => (isPlimsollError(error) ? [error.code, error.message] : error),
  );

test('a worker echoes a matrix, in numbers that are its own', async () => {
  const worker = await start();
  const batch = matrixBatchOf([1, 2], [3, 4]);
  const { predict } = await worker.infer(batch);
  expect(predict).toEqual({ dtype: 'float64', shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) });
  expect(worker.ready.described.class).toBe('Echo');
  expect(worker.rss).toBeGreaterThan(1_000_000);
});

test('a batch of many megabytes goes through', async () => {
  const worker = await start();
  const data = Float64Array.from({ length: 1 << 19 }, (_, i) => i);
  const { predict } = await worker.infer({ kind: 'matrix', rows: 1 << 18, width: 2, data });
  expect((predict as { data: unknown }).data).toEqual(data);
});

test('calls that overlap wait for each other', async () => {
  const worker = await start();
  const answers = await Promise.all([1, 2, 3].map((value) => worker.infer(matrixBatchOf([value]))));
  expect(answers.map(({ predict }) => (predict as { data: Float64Array }).data[0])).toEqual([1, 2, 3]);
});

test.each([
  ['dies', 'I cannot go on'],
  ['hangs', 'it had not loaded after 500 ms'],
])('a model on which the interpreter %s is refused', async (model, reason) => {
  const [code, message] = (await failureOf(
    start({ model, startMillis: model === 'hangs' ? 500 : 10_000 }),
  )) as string[];
  expect(code).toBe('PYTHON_WORKER_ENDED');
  expect(message).toContain(reason);
});

test('an interpreter that is not there is told', async () => {
  const [code, message] = (await failureOf(start({ interpreter: '/no/such/python' }))) as string[];
  expect(code).toBe('PYTHON_WORKER_ENDED');
  expect(message).toContain('ENOENT');
});

test('what loading raises comes as it is', async () => {
  const error = await failureOf(start({ model: 'fails' }));
  expect(error).toBeInstanceOf(PythonFailureError);
  expect((error as PythonFailureError).failure).toMatchObject({ stage: 'load', at: { line: 3 } });
});

const ENDS: readonly (readonly [name: string, order: number, code: string, text: string])[] = [
  ['is killed', ORDER.dies, 'PYTHON_WORKER_ENDED', 'SIGKILL'],
  ['sends what is no frame', ORDER.garbage, 'PYTHON_WORKER_ENDED', 'it sent what is no answer'],
  ['announces four gigabytes', ORDER.huge, 'PYTHON_WORKER_ENDED', 'a frame of 4294967295 bytes'],
  ['dies within a frame', ORDER.partial, 'PYTHON_WORKER_ENDED', ''],
  ['closes its socket', ORDER.closes, 'PYTHON_WORKER_ENDED', 'it closed its socket'],
  ['lies about sizes', ORDER.lies, 'PYTHON_WORKER_ENDED', '1099511627776 numbers'],
  ['takes too long', ORDER.hangs, 'ENGINE_TIMEOUT', '700 ms'],
];

test.each(ENDS)(
  'a worker that %s fails its call, ends, and leaves no folder',
  async (_, order, code, text) => {
    const load = loadOf();
    const worker = await start({ load, callMillis: 700 });
    const [found, message] = (await failureOf(worker.infer(matrixBatchOf([order])))) as string[];
    expect([found, message]).toEqual([code, expect.stringContaining(text)]);
    expect(await worker.ended).not.toBe('');
    expect(readdirSync(load.scratch)).toEqual([]);
    expect(() => process.kill(worker.pid, 0)).toThrow('ESRCH');
    const [after] = (await failureOf(worker.infer(matrixBatchOf([1])))) as string[];
    expect(after).toBe('PYTHON_WORKER_ENDED');
  },
);

test('closing lets a call come to its end', async () => {
  const worker = await start();
  const answer = worker.infer(matrixBatchOf([ORDER.slow]));
  await worker.close();
  expect((await answer)['predict']).toMatchObject({ shape: [1] });
  expect(await failureOf(worker.infer(matrixBatchOf([1])))).toMatchObject([
    'ENGINE_CLOSED',
    expect.anything(),
  ]);
});

test('what it writes comes in lines of bounded length, without what a terminal would act on', async () => {
  const lines: string[] = [];
  const worker = await start({ log: (line, stream) => lines.push(`${stream} ${line}`) });
  await worker.infer(matrixBatchOf([ORDER.prints]));
  await worker.close();
  expect(lines.sort()).toEqual(['stderr no end', expect.stringMatching(/^stdout a line x{3993}…$/)]);
});

test('it sees nothing of the environment of this process, and its folder goes with it', async () => {
  process.env['PLIMSOLL_TOKEN'] = 'secret';
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-python-'));
  const worker = await start({ load: { ...loadOf(), scratch: folder } });
  const environ = join('/proc', String(worker.pid), 'environ');
  const names = readFileSync(environ, 'utf8')
    .split('\0')
    .map((pair) => pair.split('=')[0]);
  expect(
    names
      .filter(Boolean)
      .sort()
      .filter((name) => !/_THREADS$|^NPROC$/.test(name!)),
  ).toEqual(['HOME', 'LANG', 'PATH', 'TMPDIR']);
  await worker.close();
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(true);
});

test('rows that fit into no frame are refused, and the worker goes on', async () => {
  const worker = await start();
  const batch: Batch = { kind: 'matrix', rows: 1, width: 1 << 26, data: new Float64Array(1 << 26) };
  expect(await failureOf(worker.infer(batch))).toMatchObject(['INPUT_INVALID', expect.anything()]);
  expect((await worker.infer(matrixBatchOf([5])))['predict']).toMatchObject({ data: Float64Array.of(5) });
});

test('a worker that fills its scratch folder with many files is ended, and the folder is gone', async () => {
  const worker = await start();
  const [code, message] = (await failureOf(worker.infer(matrixBatchOf([ORDER.fills])))) as string[];
  expect(code).toBe('PYTHON_WORKER_ENDED');
  expect(message).toMatch(/it kept \d+ bytes in its scratch folder, 8388608 bytes are its limit/);
});

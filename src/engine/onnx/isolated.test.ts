import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { isKeptByKernel } from '../../process/memory-limit.ts';
import { createIsolatedEngine, type IsolatedGraph, type IsolatedGraphOptions } from './isolated.ts';

const signature: Signature = {
  form: 'table',
  columns: [],
  open: true,
  outputs: [{ name: 'predict', dtype: 'float64', shape: [-1, 1] }],
  classes: null,
};
const MEMORY = 256 * 2 ** 20;

function negation(): Uint8Array {
  const g = new GraphBuilder('negation');
  g.output('predict', g.add('Neg', [g.input('input', 'float64', ['N', 1])]), 'float64', ['N', 1]);
  return encodeModel(g.build({}));
}

/** The first cell of the rows as a whole number. */
function firstCell(g: GraphBuilder, x: string): string {
  const first = g.add('Gather', [x, g.int64([0], [])], { axis: 0n });
  return g.add('Cast', [g.add('Reshape', [first, g.int64([], [0])])], { to: 7n });
}

/** Loops as many times as the first cell says: slow at will. */
function spinning(): Uint8Array {
  const body = new GraphBuilder('body');
  body.input('trip', 'int64', []);
  const going = body.input('going', 'bool', []);
  const carried = body.input('carried', 'float64', ['N', 1]);
  body.output('going_out', going, 'bool', []);
  body.output('carried_out', body.add('Sin', [carried]), 'float64', ['N', 1]);
  const g = new GraphBuilder('spinning');
  const x = g.input('input', 'float64', ['N', 1]);
  const yes = g.constant({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
  const loop = g.add('Loop', [firstCell(g, x), yes, x], { body: body.graph() });
  g.output('predict', loop, 'float64', ['N', 1]);
  return encodeModel(g.build({}));
}

/** Makes as many numbers as the first cell says, and answers their sum for every row. */
function exploding(): Uint8Array {
  const g = new GraphBuilder('exploding');
  const x = g.input('input', 'float64', ['N', 1]);
  const size = g.add('Reshape', [firstCell(g, x), g.int64([1], [1])]);
  const ones = g.add('ConstantOfShape', [size], {
    value: { dtype: 'float64', shape: [1], data: Float64Array.of(1) },
  });
  const sum = g.add('ReduceSum', [ones], { keepdims: 0n });
  g.output(
    'predict',
    g.add('Add', [
      g.add('Mul', [x, g.constant({ dtype: 'float64', shape: [], data: Float64Array.of(0) })]),
      sum,
    ]),
    'float64',
    ['N', 1],
  );
  return encodeModel(g.build({}));
}

const rows = (...data: number[]) =>
  ({ kind: 'matrix', rows: data.length, width: 1, data: Float64Array.from(data) }) as const;

async function open(options: Partial<IsolatedGraphOptions>): Promise<IsolatedGraph> {
  const engine = await createIsolatedEngine({
    ...{ name: 'm@1', graph: negation(), signature, memoryBytes: MEMORY, workers: 1 },
    ...{
      scratch: () => mkdtempSync(join(tmpdir(), 'plimsoll-test-')),
      startMillis: 20_000,
      callMillis: 20_000,
    },
    ...options,
  });
  onTestFinished(async () => engine.close());
  return engine;
}

test('answers every request with its own rows', async () => {
  const engine = await open({ workers: 2 });
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => engine.infer(rows(i, i / 2))));
  for (const [i, { predict }] of answers.entries())
    expect(predict).toEqual({ dtype: 'float64', shape: [2, 1], data: Float64Array.of(-i, -i / 2) });
});

test('passes on the coded errors of the engine', async () => {
  const engine = await open({});
  const wide = { kind: 'matrix', rows: 1, width: 2, data: Float64Array.of(1, 2) } as const;
  await expect(engine.infer(wide)).rejects.toMatchObject({ code: 'GRAPH_FAILED' });
  expect((await engine.infer(rows(3)))['predict']).toMatchObject({ data: Float64Array.of(-3) });
  await expect(open({ graph: Uint8Array.of(8) })).rejects.toMatchObject({ code: 'GRAPH_NOT_LOADED' });
});

describe('rows that make a graph explode', () => {
  test.runIf(isKeptByKernel())(
    'are refused by a process that lives on, where the kernel keeps its limit',
    async () => {
      const engine = await open({ graph: exploding() });
      const [pid] = engine.status().pids;
      await expect(engine.infer(rows(3e9))).rejects.toMatchObject({
        code: 'GRAPH_MEMORY',
        http: 422,
        details: { model: 'm@1', limit: MEMORY },
      });
      expect((await engine.infer(rows(5)))['predict']).toMatchObject({ data: Float64Array.of(5) });
      expect(engine.status()).toMatchObject({ restarts: 0, pids: [pid] });
    },
  );

  test('are refused with what ended their process, and the next one answers', async () => {
    const engine = await open({ graph: spinning() });
    const flying = engine.infer(rows(2 ** 40));
    const waiting = engine.infer(rows(3));
    process.kill(engine.status().pids[0]!, 'SIGKILL');
    await expect(flying).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      http: 503,
      details: { model: 'm@1', reason: 'killed by SIGKILL' },
    });
    expect((await waiting)['predict']).toMatchObject({ shape: [1, 1] });
    expect(engine.status().restarts).toBe(1);
  });
});

test('a run over its time limit loses its process, and the next request gets a new one', async () => {
  const engine = await open({ graph: spinning(), callMillis: 500 });
  const hanging = engine.infer(rows(2 ** 40));
  await expect(hanging).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT', http: 504 });
  await expect.poll(() => engine.status().up, { timeout: 10_000 }).toBe(1);
  expect((await engine.infer(rows(3)))['predict']).toMatchObject({ shape: [1, 1] });
});

test('a process that does not come up again is told, to few who wait and at once to the others', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
  const engine = await open({ scratch: () => scratch, callMillis: 1500 });
  const [folder] = readdirSync(scratch).filter((name) => name.startsWith('graph-'));
  rmSync(join(scratch, folder!, 'model.onnx'));
  process.kill(engine.status().pids[0]!, 'SIGKILL');
  await expect.poll(() => engine.status().up).toBe(0);
  const started = performance.now();
  const times = await Promise.all(
    Array.from({ length: 20 }, () =>
      engine.infer(rows(1)).catch(({ code, details }) => [code, details.isDown, performance.now() - started]),
    ),
  );
  expect(times.every((one) => Array.isArray(one) && one[0] === 'ENGINE_CRASHED' && one[1])).toBe(true);
  expect(times.filter((one) => Array.isArray(one) && one[2] < 500)).toHaveLength(12);
});

test('what is in flight is answered when it is closed, and nothing is left of it', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
  const engine = await open({ graph: spinning(), scratch: () => scratch });
  const [pid] = engine.status().pids;
  const flying = engine.infer(rows(50_000));
  const waiting = engine.infer(rows(1)).catch(({ code }) => code);
  await new Promise((resolve) => setImmediate(resolve));
  await engine.close();
  expect((await flying)['predict']).toMatchObject({ shape: [1, 1] });
  expect(await waiting).toBe('ENGINE_CLOSED');
  await expect(engine.infer(rows(1))).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
  expect(readdirSync(scratch)).toEqual([]);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

test('nothing is left of a graph that cannot be written', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
  onTestFinished(() => rmSync(scratch, { recursive: true }));
  const graph = [negation(), { length: 1 } as never];
  await expect(open({ graph, scratch: () => scratch })).rejects.toThrow();
  expect(readdirSync(scratch)).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { OnnxGraph } from '../../onnx/graph.ts';
import { createOnnxPool, type OnnxPoolOptions } from './pool.ts';

const signature: Signature = {
  form: 'table',
  columns: [],
  open: true,
  outputs: [{ name: 'predict', dtype: 'float64', shape: [-1, 1] }],
  classes: null,
};

function negation(): Uint8Array {
  const g = new GraphBuilder('negation');
  g.output('predict', g.add('Neg', [g.input('input', 'float64', ['N', 1])]), 'float64', ['N', 1]);
  return encodeModel(g.build({}));
}

/** Loops as many times as the first cell says: slow at will. */
function spinning(): Uint8Array {
  const body = new GraphBuilder('body');
  body.input('trip', 'int64', []);
  const going = body.input('going', 'bool', []);
  const carried = body.input('carried', 'float64', ['N', 1]);
  body.output('going_out', going, 'bool', []);
  body.output('carried_out', body.add('Sin', [carried]), 'float64', ['N', 1]);
  const graph: OnnxGraph = body.graph();
  const g = new GraphBuilder('spinning');
  const x = g.input('input', 'float64', ['N', 1]);
  const first = g.add('Gather', [x, g.int64([0], [])], { axis: 0n });
  const trips = g.add('Cast', [g.add('Reshape', [first, g.int64([], [0])])], { to: 7n });
  const yes = g.constant({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
  g.output('predict', g.add('Loop', [trips, yes, x], { body: graph }), 'float64', ['N', 1]);
  return encodeModel(g.build({}));
}

const rows = (...data: number[]) =>
  ({ kind: 'matrix', rows: data.length, width: 1, data: Float64Array.from(data) }) as const;

async function withPool(
  options: Partial<OnnxPoolOptions>,
  use: (pool: Awaited<ReturnType<typeof createOnnxPool>>) => Promise<void>,
) {
  const pool = await createOnnxPool({ onnx: negation(), signature, ...options });
  try {
    await use(pool);
  } finally {
    await pool.close();
  }
}

for (const isolation of ['thread', 'process'] as const) {
  describe(`createOnnxPool() with a ${isolation}`, () => {
    test('answers every request with its own rows', async () => {
      await withPool({ isolation, workers: 2 }, async (pool) => {
        const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => pool.infer(rows(i, i / 2))));
        for (const [i, answer] of answers.entries()) {
          expect(answer['predict']).toEqual({
            dtype: 'float64',
            shape: [2, 1],
            data: Float64Array.of(-i, -i / 2),
          });
        }
      });
    });

    test('never blocks the calling thread', async () => {
      await withPool({ isolation, onnx: spinning() }, async (pool) => {
        let ticks = 0;
        const timer = setInterval(() => {
          ticks += 1;
        }, 5);
        const start = performance.now();
        await pool.infer(rows(300_000));
        const took = performance.now() - start;
        clearInterval(timer);
        expect(took).toBeGreaterThan(100);
        expect(ticks).toBeGreaterThan(took / 5 / 4);
      });
    });

    test('refuses a request beyond its queue, at once', async () => {
      await withPool({ isolation, onnx: spinning(), queue: 1 }, async (pool) => {
        const slow = pool.infer(rows(200_000));
        const queued = pool.infer(rows(1));
        await expect(pool.infer(rows(1))).rejects.toMatchObject({ code: 'ENGINE_BUSY', http: 503 });
        await Promise.all([slow, queued]);
      });
    });

    test('passes on the coded errors of the engine', async () => {
      await withPool({ isolation }, async (pool) => {
        const wide = { kind: 'matrix', rows: 1, width: 2, data: Float64Array.of(1, 2) } as const;
        await expect(pool.infer(wide)).rejects.toMatchObject({ code: 'GRAPH_FAILED' });
        expect((await pool.infer(rows(3)))['predict']).toMatchObject({ data: Float64Array.of(-3) });
      });
      const broken = createOnnxPool({ onnx: Uint8Array.of(8), signature, isolation });
      await expect(broken).rejects.toMatchObject({ code: 'GRAPH_NOT_LOADED' });
    });

    test('fails what is in flight and what waits when it is closed', async () => {
      const pool = await createOnnxPool({ onnx: spinning(), signature, isolation });
      const flying = pool.infer(rows(50_000));
      const waiting = pool.infer(rows(1));
      const settled = Promise.allSettled([flying, waiting]);
      await pool.close();
      for (const result of await settled) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ENGINE_CLOSED' } });
      }
      await expect(pool.infer(rows(1))).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    });
  });
}

test('a run over its time limit loses its process, and the next request gets a new one', async () => {
  await withPool({ onnx: spinning(), isolation: 'process', timeoutMs: 500 }, async (pool) => {
    const start = performance.now();
    const hanging = pool.infer(rows(2 ** 40));
    const waiting = pool.infer(rows(3));
    await expect(hanging).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT', http: 504 });
    expect(performance.now() - start).toBeLessThan(2000);
    expect((await waiting)['predict']).toMatchObject({ shape: [1, 1] });
  });
});

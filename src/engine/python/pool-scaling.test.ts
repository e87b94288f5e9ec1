import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createPythonEngine, type PythonEngine, type PythonEngineOptions } from './engine.ts';
import { loadOf, MISBEHAVING, matrixBatchOf, ORDER, PYTHON } from './testing/misbehaving.ts';

async function open(options: Partial<PythonEngineOptions>): Promise<PythonEngine> {
  const engine = await createPythonEngine({
    ...{
      name: 'churn',
      interpreter: PYTHON,
      script: MISBEHAVING,
      load: loadOf(),
      batches: false,
      workers: 2,
    },
    ...{ callMillis: 10_000, startMillis: 10_000, maxRows: 64, ...options },
  });
  onTestFinished(() => engine.close());
  return engine;
}

const SCALING = { min: 1, upMillis: 500, cooldownMillis: 1500, idleMillis: 1000 };

/** Clients that ask again as soon as they have an answer, until told to stop; the number of answers, all of them right. */
function clients(engine: PythonEngine, count: number): () => Promise<number> {
  let [isOver, answers] = [false, 0];
  const client = async (value: number): Promise<void> => {
    while (!isOver) {
      const { predict } = await engine.infer(matrixBatchOf([value], [ORDER.slow]));
      expect(Array.from((predict as { data: Float64Array }).data)).toEqual([value, ORDER.slow]);
      answers++;
    }
  };
  const all = Promise.all(Array.from({ length: count }, (_, i) => client(i + 1)));
  // A failure is told where the clients are told to stop.
  all.catch(() => undefined);
  return async () => {
    isOver = true;
    await all;
    return answers;
  };
}

test('under load a second worker comes, afterwards it goes, and every request is answered', async () => {
  const engine = await open({ scaling: SCALING });
  expect(engine.status()).toMatchObject({ workers: 1, up: 1 });
  const stop = clients(engine, 8);
  await expect.poll(() => engine.status().up).toBe(2);
  await sleep(500);
  expect(await stop()).toBeGreaterThan(10);
  await expect.poll(() => engine.status()).toMatchObject({ workers: 1, up: 1, restarts: 0, waiting: 0 });
});

test('with nobody asking the last worker goes, and the next request waits for a new one', async () => {
  const engine = await open({ scaling: { ...SCALING, min: 0 } });
  await sleep(700);
  expect(engine.status()).toMatchObject({ workers: 1, up: 1 });
  await expect.poll(() => engine.status()).toMatchObject({ workers: 0, up: 0, pids: [] });
  const answers = await Promise.all([1, 2, 3].map((value) => engine.infer(matrixBatchOf([value]))));
  expect(answers.map(({ predict }) => (predict as { data: Float64Array }).data[0])).toEqual([1, 2, 3]);
  expect(engine.status()).toMatchObject({ workers: 1, up: 1, restarts: 0 });
});

test('without room between least and most, nothing comes and nothing goes', async () => {
  const engine = await open({ workers: 1, scaling: SCALING });
  const stop = clients(engine, 4);
  await sleep(1500);
  expect(engine.status()).toMatchObject({ workers: 1, up: 1 });
  await stop();
});

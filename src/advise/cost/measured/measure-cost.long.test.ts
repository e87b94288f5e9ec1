import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readValue } from '../../../schema/read-value.ts';
import { MODEL_COST } from '../model-cost.ts';
import { measureCost } from './measure-cost.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PLIMSOLL = [process.execPath, join(ROOT, 'bin/plimsoll.js')];

test('a model is measured by a real server and a real batch run', async () => {
  const stages: string[] = [];
  const cost = await measureCost({
    plimsoll: PLIMSOLL,
    model: [join(ROOT, 'examples/iris.joblib')],
    onProgress: (stage) => stages.push(stage),
  });
  const problems: string[] = [];
  expect(readValue(MODEL_COST, cost, '', problems)).toEqual(cost);
  expect(problems).toEqual([]);
  const { online, batch } = cost;
  expect(online.loop.request).toBeGreaterThan(5);
  expect(online.loop.request).toBeLessThan(5000);
  expect(online.scoring.row).toBeGreaterThan(0);
  expect(online.spread.reduce((sum, one) => sum + one, 0) / online.spread.length).toBeCloseTo(1, 6);
  expect(online.memory).toBeGreaterThan(40e6);
  expect(batch.lane).toBeGreaterThan(0);
  expect(stages[0]).toBe('registering it');
  expect(stages.at(-1)).toBe('done');
});

test('a file that no server takes is refused with its reason', async () => {
  const model = [join(ROOT, 'README.md')];
  await expect(measureCost({ plimsoll: PLIMSOLL, model })).rejects.toMatchObject({
    code: 'MODEL_NOT_MEASURED',
  });
});

test('an interrupted measurement ends', async () => {
  const interrupted = new AbortController();
  const onProgress = (stage: string): void => {
    if (stage === 'measuring requests') interrupted.abort();
  };
  const model = [join(ROOT, 'examples/iris.joblib')];
  await expect(
    measureCost({ plimsoll: PLIMSOLL, model, onProgress, signal: interrupted.signal }),
  ).rejects.toThrow();
});

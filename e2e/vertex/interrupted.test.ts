import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Scene, scene } from './deployment.ts';
import { abandonedEverywhere, CHANGES, endedEverywhere, STEPS } from './interruptions.ts';

let there: Scene;
beforeAll(async () => {
  there = await scene();
}, 120_000);
afterAll(async () => there.close());

test.each(STEPS)(
  '$name, ended at every call that changes something and started again, ends in the same state',
  { timeout: 120_000 },
  async (step) => {
    const { calls, differing } = await endedEverywhere(there, step, CHANGES);
    expect(differing).toEqual([]);
    expect(calls).toBeGreaterThan(0);
  },
);

test('destroy finds what was on its way when a deployment was ended', { timeout: 120_000 }, async () => {
  expect(await abandonedEverywhere(there, CHANGES)).toBeGreaterThan(3);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Scene, scene } from './deployment.ts';
import { abandonedEverywhere, EVERY, endedEverywhere, STEPS } from './interruptions.ts';

const timeout = 3_600_000;
let there: Scene;
beforeAll(async () => {
  there = await scene();
}, 120_000);
afterAll(async () => there.close());

test.each(STEPS)(
  '$name, ended before and after every call and started again, ends in the same state and leaves nothing',
  { timeout },
  async (step) => {
    const { calls, differing } = await endedEverywhere(there, step, EVERY);
    console.log(
      `${step.name}: ended at ${calls} calls, before and after each; ${differing.length} differing`,
    );
    expect(differing).toEqual([]);
    expect(calls).toBeGreaterThan(20);
  },
);

test('a deployment that is taken away at once, after every call, leaves nothing', { timeout }, async () => {
  const calls = await abandonedEverywhere(there, EVERY);
  console.log(`deploy, then destroy: ended at ${calls} calls, nothing left`);
  expect(calls).toBeGreaterThan(20);
});

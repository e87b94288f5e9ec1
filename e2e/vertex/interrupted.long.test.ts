import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Scene, scene } from './deployment.ts';
import { abandonedEverywhere, EVERY, endedEverywhere, STEPS } from './interruptions.ts';

const LIMIT_MILLIS = 1_800_000;
let there: Scene;
beforeAll(async () => {
  there = await scene();
}, 120_000);
afterAll(async () => there.close());

test('every step, ended before and after every call and started again, ends in the same state and leaves nothing', {
  timeout: LIMIT_MILLIS,
}, async () => {
  console.log('step       calls  ended  differing');
  for (const step of STEPS) {
    const { calls, differing } = await endedEverywhere(there, step, EVERY);
    console.log(
      `${step.name.padEnd(10)} ${String(calls).padStart(5)}  ${String(2 * calls).padStart(5)}  ${differing.length}`,
    );
    expect(differing, step.name).toEqual([]);
  }
  const calls = await abandonedEverywhere(there, EVERY);
  console.log(`deploy, then destroy at once: ${calls} calls, nothing left`);
});

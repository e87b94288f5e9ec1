import { afterAll, beforeAll, expect, test } from 'vitest';
import { interruptEverywhere, type Tried, tableOf } from '../../tools/clouds/interruptions.ts';
import { sceneByHand } from './deployment.ts';
import { endedEverywhere, endOf, NOTHING, STEPS, type TimedScene } from './interruptions.ts';

const tried: Tried[] = [];
let there: TimedScene;
beforeAll(async () => {
  there = await sceneByHand();
}, 120_000);
afterAll(async () => {
  console.log(tableOf(tried));
  await there.close();
});

test.each(STEPS)(
  '$name, ended before and after every call and started again, ends in the same state',
  { timeout: 600_000 },
  async (step) => {
    const outcome = await endedEverywhere(there, step, interruptEverywhere);
    tried.push(outcome);
    const { calls, changes, interruptions, differing } = outcome;
    expect(differing).toEqual([]);
    expect(interruptions).toBe(2 * calls + changes);
    if (step.name.endsWith('destroy')) expect(endOf(outcome)).toEqual(NOTHING);
  },
);

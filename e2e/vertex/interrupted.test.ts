import { afterAll, beforeAll, expect, test } from 'vitest';
import { killAfterChanges } from '../../tools/clouds/interruptions.ts';
import { sceneByHand } from './deployment.ts';
import { endedEverywhere, endOf, NOTHING, STEPS, type TimedScene } from './interruptions.ts';

let there: TimedScene;
beforeAll(async () => {
  there = await sceneByHand();
}, 120_000);
afterAll(async () => there.close());

test.each(STEPS)(
  '$name, killed after every change and started again, ends in the same state',
  { timeout: 120_000 },
  async (step) => {
    const outcome = await endedEverywhere(there, step, killAfterChanges);
    expect(outcome.differing).toEqual([]);
    expect(outcome.changes).toBeGreaterThan(0);
    if (step.name.endsWith('destroy')) expect(endOf(outcome)).toEqual(NOTHING);
  },
);

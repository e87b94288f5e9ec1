/** A story told once for every write of it, or once in all, with a process that dies there. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { openStore } from '../../../store/open.ts';
import type { RolloutCommand } from '../../port.ts';
import { bootHere, type Kill, runStory, type Story, type StoryOutcome } from './story.ts';
import { prepare, trafficOf, WORLD_POLICY } from './world.ts';

async function told(story: Story, kill: Kill | null): Promise<StoryOutcome> {
  const store = await openStore('sqlite::memory:');
  try {
    await prepare(store);
    return await runStory(store, story, bootHere(store, kill));
  } finally {
    await store.close();
  }
}

/** `whenAt`: where to die at each write. Answers how many times it was killed. */
export async function expectSameEnd(
  story: Story,
  whenAt: (write: number) => readonly Kill['when'][],
): Promise<number> {
  const whole = await told(story, null);
  expect(whole.excess).toBe(0);
  let kills = 0;
  for (let at = 0; at < whole.writes; at++) {
    for (const when of whenAt(at)) {
      const { trace, excess, lives } = await told(story, { at, when });
      expect(trace, `killed ${when} write ${at}`).toEqual(whole.trace);
      expect(excess).toBe(0);
      kills += lives - 1;
    }
  }
  return kills;
}

const SECONDS = 10;
const COMMANDS: readonly RolloutCommand[] = ['pause', 'resume', 'promote', 'abort', 'approve'];

/** Nothing in them is decided by time alone: a process that begins may tick before workers have sent their parts again. */
const storyOf: fc.Arbitrary<Story> = fc
  .record({
    failing: fc.constantFrom(0, 0, 5, 30),
    units: fc.constantFrom(0, 20, 400),
    commands: fc.dictionary(fc.integer({ min: 1, max: SECONDS }).map(String), fc.constantFrom(...COMMANDS), {
      maxKeys: 4,
    }),
    strategy: fc.constantFrom('canary' as const, 'placebo' as const, 'immediate' as const),
    shadow: fc.boolean(),
    holdback: fc.constantFrom(0, 2),
  })
  .map(({ failing, units, commands, strategy, shadow, holdback }) => {
    const first = shadow ? [{ shadow: 100, bake: '2s', minUnits: 0 }] : [];
    const policy = { ...WORLD_POLICY, holdback, stages: [...first, ...WORLD_POLICY.stages] };
    const isPlacebo = strategy === 'placebo';
    const { stages: _, ...unstaged } = policy;
    return {
      row: {
        strategy,
        policy: strategy === 'immediate' ? unstaged : policy,
        ...(isPlacebo ? { candidate: 1 } : {}),
      },
      traffic: trafficOf(units, failing),
      seconds: SECONDS,
      commands,
    };
  });

/** Stories at random, each killed once at random. */
export const expectSameEndOfMany = (numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(storyOf, fc.nat(59), fc.constantFrom('before', 'after'), async (story, at, when) => {
      const whole = await told(story, null);
      const killed = await told(story, { at: at % whole.writes, when });
      expect(killed.trace).toEqual(whole.trace);
      expect(whole.excess + killed.excess).toBe(0);
    }),
    { numRuns },
  );

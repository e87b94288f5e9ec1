/** Killed at every single write, a rollout comes to what it would have come to. */
import { describe, expect, it } from 'vitest';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { type Kill, type Story, type Told, tell } from './testing/story.ts';
import { POLICY, prepare, trafficOf } from './testing/world.ts';

const STORIES: Readonly<Record<string, Story>> = {
  'that is promoted': { traffic: trafficOf(400), seconds: 12 },
  'that is rolled back': { traffic: trafficOf(400, 80), seconds: 6 },
  'that is paused, resumed and aborted': {
    traffic: trafficOf(400),
    seconds: 7,
    commands: { 2: 'pause', 3: 'resume', 5: 'abort' },
  },
  'that shadows first': {
    row: { policy: { ...POLICY, stages: [{ shadow: 100, bake: '2s', minUnits: 0 }, ...POLICY.stages] } },
    traffic: trafficOf(400),
    seconds: 12,
  },
};

async function told(story: Story, kill: Kill | null = null): Promise<Told> {
  const store: Store = await openStore('sqlite::memory:');
  try {
    await prepare(store);
    return await tell(store, story, kill);
  } finally {
    await store.close();
  }
}

describe.each(Object.entries(STORIES))('a rollout %s', (_, story) => {
  it('comes to the same events, decisions, routes and end, wherever its controller was killed', async () => {
    const whole = await told(story);
    expect(whole.excess).toBe(0);
    expect((await told(story)).trace).toEqual(whole.trace);
    for (let at = 0; at < whole.writes; at++) {
      for (const when of ['before', 'after'] as const) {
        const { trace, excess } = await told(story, { at, when });
        expect(trace, `killed ${when} write ${at}`).toEqual(whole.trace);
        expect(excess).toBe(0);
      }
    }
  });
});

/** A story told once for every write of it, with a process that dies there. */
import { expect } from 'vitest';
import { openStore } from '../../store/open.ts';
import { bootHere, type Kill, type Story, type Told, tell } from './story.ts';
import { prepare } from './world.ts';

async function told(story: Story, kill: Kill | null): Promise<Told> {
  const store = await openStore('sqlite::memory:');
  try {
    await prepare(store);
    return await tell(store, story, bootHere(store, kill));
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

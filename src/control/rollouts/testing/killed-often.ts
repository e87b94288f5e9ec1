/** A story told over and over with processes that are killed, until there were so many kills. */
import { isDeepStrictEqual } from 'node:util';
import { seededRandom } from '../../../core/random.ts';
import { openStore } from '../../../store/open.ts';
import type { Store } from '../../../store/store.ts';
import { bootChild } from './process.ts';
import { type Boot, bootHere, runStory, type Story, type StoryOutcome, type Trace } from './story.ts';
import { prepare } from './world.ts';

/** An order takes a few milliseconds: some are killed at their beginning, some on their way, some live on. */
const MOMENT_MAX = 30;
/** Times that one telling is killed at most. */
const KILLS_A_STORY = 4;

export interface KilledOften {
  readonly kills: number;
  readonly excess: number;
  /** Traces that differ from that of an undisturbed process. */
  readonly differences: readonly Trace[];
}

export async function killedOften(
  story: Story,
  fresh: () => Promise<string>,
  kills: number,
  seed: number,
): Promise<KilledOften> {
  const random = seededRandom(seed);
  const whole = await told(story, await fresh(), (_, store) => bootHere(store, null));
  const found = { kills: 0, excess: whole.excess, differences: [] as Trace[] };
  while (found.kills < kills) {
    const { trace, lives, excess } = await told(story, await fresh(), (url) =>
      bootChild(url, (life) =>
        life < KILLS_A_STORY && random.next() < 0.3 ? random.next() * MOMENT_MAX : null,
      ),
    );
    found.kills += lives - 1;
    found.excess = Math.max(found.excess, excess);
    if (!isDeepStrictEqual(trace, whole.trace)) found.differences.push(trace);
  }
  return found;
}

async function told(
  story: Story,
  url: string,
  bootOf: (url: string, store: Store) => Boot,
): Promise<StoryOutcome> {
  const store = await openStore(url);
  try {
    await prepare(store);
    return await runStory(store, story, bootOf(url, store));
  } finally {
    await store.close();
  }
}

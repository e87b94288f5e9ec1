/** Killed at any write, a rollout comes to what it would have come to. */
import { expect, it } from 'vitest';
import { expectSameEnd, expectSameEndOfMany } from './testing/killed-everywhere.ts';
import { STORIES } from './testing/stories.ts';

it.each(Object.entries(STORIES))(
  'a rollout %s comes to the same events, decisions, routes and end, at whichever write it was killed',
  async (_, story) => {
    const kills = await expectSameEnd(story, (write) => [write % 2 === 0 ? 'before' : 'after']);
    expect(kills).toBeGreaterThan(10);
  },
);

it('so does any rollout under any commands and traffic', () => expectSameEndOfMany(15));

/** The same before and after every write: what a process does between two writes is seen, too. */
import { expect, it } from 'vitest';
import { expectSameEnd, expectSameEndOfMany } from './testing/killed-everywhere.ts';
import { STORIES } from './testing/stories.ts';

it.each(Object.entries(STORIES))(
  'a rollout %s comes to the same end, killed before and after every write',
  async (_, story) => {
    expect(await expectSameEnd(story, () => ['before', 'after'])).toBeGreaterThan(25);
  },
  600_000,
);

it('so does any rollout under any commands and traffic', () => expectSameEndOfMany(500), 1_800_000);

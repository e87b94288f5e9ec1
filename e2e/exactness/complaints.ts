import { evaluateFixture } from './evaluate.ts';
import type { FixtureFile } from './fixture.ts';

/** What is wrong with a case, one sentence each. */
export async function complaintsAbout(file: FixtureFile): Promise<string[]> {
  try {
    const { blocked, engines } = await evaluateFixture(file);
    if (engines === null) return [blocked ?? 'not a model'];
    return Object.entries(engines).flatMap(([id, { missing, tally, answered }]) =>
      [...(missing ? [missing.message] : []), ...(tally?.failures ?? []), ...answered].map(
        (text) => `${id}: ${text}`,
      ),
    );
  } catch (error) {
    return [(error as Error).message];
  }
}

import { verdictOf } from './evaluate.ts';
import type { FixtureFile } from './fixture.ts';
import { ENGINES, openReplay } from './replay.ts';

/** What is wrong with a case, one sentence each. */
export async function complaintsAbout(file: FixtureFile): Promise<string[]> {
  try {
    const replay = await openReplay(file);
    const complaints: string[] = [];
    for (const id of ENGINES) {
      const { tally, answered } = await verdictOf(replay, id);
      complaints.push(...[...tally.failures, ...answered].map((text) => `${id}: ${text}`));
    }
    await replay.close();
    return complaints;
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Two hundred processes killed with SIGKILL at random moments of rollouts, over SQLite, and some over PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, postgresBinaries, startPostgres } from '../../store/testing/postgres.ts';
import { killedOften } from './testing/killed-often.ts';
import { STORIES } from './testing/stories.ts';

const KILLS = 200;
const POSTGRES_KILLS = 20;
const stories = Object.entries(STORIES);

describe('over SQLite', () => {
  let folder: string;
  let stores = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const fresh = () => Promise.resolve(`sqlite:${join(folder, `${stores++}.db`)}`);

  it.each(stories)(
    'a rollout %s comes to the same end, however often it is killed',
    async (_, story) => {
      const { kills, differences, excess } = await killedOften(story, fresh, KILLS / stories.length, 4711);
      console.log(`${kills} kills, ${differences.length} different ends, ${excess} buckets too many`);
      expect(differences).toEqual([]);
      expect(excess).toBe(0);
    },
    3_600_000,
  );
});

describe.skipIf(postgresBinaries() === null)('over PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it.each(stories)(
    'a rollout %s comes to the same end, however often it is killed',
    async (_, story) => {
      const kills = POSTGRES_KILLS / stories.length;
      const found = await killedOften(story, () => server.database(), kills, 4712);
      expect(found.differences).toEqual([]);
      expect(found.excess).toBe(0);
    },
    3_600_000,
  );
});

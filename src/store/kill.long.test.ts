import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { crashContract } from './testing/crash.ts';
import { HOOK_MILLIS, type PostgresServer, postgresBinaries, startPostgres } from './testing/postgres.ts';

const KILLS = 60;

describe('many kills of a process that writes to SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kills-'));
  let files = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const fresh = async () => `sqlite:${join(folder, `${++files}.db`)}`;
  crashContract({ name: 'sqlite', fresh }, KILLS);
  crashContract({ name: 'sqlite', fresh, options: { thread: 'first' } }, KILLS);
});

describe.skipIf(postgresBinaries() === null)('many kills of a process that writes to PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);
  crashContract({ name: 'postgres', fresh: () => server.database() }, KILLS);
});

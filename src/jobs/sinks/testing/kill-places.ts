import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../../store/testing/postgres.ts';
import { type KillPlace, killContract } from './kills.ts';
import { readParquet, readTable } from './readers.ts';
import { temporaryFolder } from './runs.ts';

const PARQUET: KillPlace = {
  name: 'a Parquet file',
  uri: async () => join(temporaryFolder(), 'out.parquet'),
  read: async (uri) => (existsSync(uri) ? readParquet(uri) : null),
  left: async (uri) => readdirSync(dirname(uri)).filter((name) => name !== 'out.parquet'),
};

/** `server` is there once the hooks have run. */
const postgresPlace = (server: () => PostgresServer): KillPlace => ({
  name: 'PostgreSQL',
  uri: async () => `${await server().database()}?table=scored`,
  read: readTable,
  left: async (uri) => {
    const tables = `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where nspname = 'plimsoll_batch' and relkind = 'r' and relname not in ('runs', 'chunks')`;
    const chunks = 'select run from plimsoll_batch.chunks';
    const rows = [
      ...(await runPostgresStatement(uri.split('?')[0]!, tables)),
      ...(await runPostgresStatement(uri.split('?')[0]!, chunks)),
    ];
    return rows.map((row) => JSON.stringify(row));
  },
});

/** Kills writers this often in each place. */
export function killEverywhere(kills: number): void {
  describe('kills at random moments', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    }, HOOK_MILLIS);
    afterAll(() => server.stop(), HOOK_MILLIS);
    killContract(PARQUET, kills);
    killContract(
      postgresPlace(() => server),
      kills,
    );
  });
}

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asked, type PostgresServer } from '../../../store/testing/postgres.ts';
import type { KillPlace } from './kills.ts';
import { readParquet, readTable } from './readers.ts';
import { temporaryFolder } from './runs.ts';

export const PARQUET: KillPlace = {
  name: 'a Parquet file',
  uri: async () => join(temporaryFolder(), 'out.parquet'),
  read: async (uri) => (existsSync(uri) ? readParquet(uri) : null),
  left: async (uri) => readdirSync(dirname(uri)).filter((name) => name !== 'out.parquet'),
};

/** `server` is there once the hooks have run. */
export const postgresPlace = (server: () => PostgresServer): KillPlace => ({
  name: 'PostgreSQL',
  uri: async () => `${await server().database()}?table=scored`,
  read: readTable,
  left: async (uri) => {
    const tables = `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where nspname = 'plimsoll_batch' and relkind = 'r' and relname not in ('runs', 'chunks')`;
    const chunks = 'select run from plimsoll_batch.chunks';
    const rows = [...(await asked(uri.split('?')[0]!, tables)), ...(await asked(uri.split('?')[0]!, chunks))];
    return rows.map((row) => JSON.stringify(row));
  },
});

import { afterAll, beforeAll } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../../store/testing/postgres.ts';
import { sinkContract } from '../testing/contract.ts';
import { readTable } from '../testing/readers.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, HOOK_MILLIS);
afterAll(() => server.stop(), HOOK_MILLIS);

const COLUMN_TYPES =
  'id bigint, "a ""name"", with, trouble" text, amount numeric(18,4), flag boolean, predict double precision';
const fresh = async (): Promise<string> => `${await server.database()}?table=scored`;

sinkContract({
  name: 'a new table of PostgreSQL',
  uri: fresh,
  read: readTable,
  second: 'appends',
  before: null,
  nan: 'NaN',
});
sinkContract({
  name: 'a new table of PostgreSQL, chunk by chunk',
  uri: fresh,
  read: readTable,
  second: 'appends',
  before: null,
  sink: { publish: 'chunks' },
  nan: 'NaN',
});
for (const publish of ['whole', 'chunks'] as const)
  sinkContract({
    name: `an upsert into PostgreSQL, ${publish}`,
    uri: fresh,
    read: readTable,
    second: 'appends',
    before: null,
    sink: { publish, mode: 'upsert' },
    nan: 'NaN',
  });
sinkContract({
  name: 'a table of PostgreSQL that is there',
  uri: async () => {
    const url = await server.database();
    await runPostgresStatement(
      url,
      `create table scored (number serial, ${COLUMN_TYPES}, noted timestamptz not null default now())`,
    );
    return `${url}?table=public.scored`;
  },
  read: readTable,
  second: 'appends',
  before: [],
  nan: 'NaN',
});

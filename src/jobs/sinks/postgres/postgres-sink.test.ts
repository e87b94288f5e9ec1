import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { asked, HOOK_MILLIS, type PostgresServer, startPostgres } from '../../../store/testing/postgres.ts';
import { sinkContract } from '../testing/contract.ts';
import { COLUMNS, type Row } from '../testing/runs.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, HOOK_MILLIS);
afterAll(() => server.stop(), HOOK_MILLIS);

const NUMBERS: Readonly<Record<string, string>> = {
  NaN: 'NaN',
  Infinity: 'Infinity',
  '-Infinity': '-Infinity',
};

/** Rows by a plain client, all columns as texts. */
export async function readTable(uri: string): Promise<readonly Row[] | null> {
  const [url] = uri.split('?');
  const client = new pg.Client({ connectionString: url! });
  await client.connect();
  try {
    const { rows } = await client.query("select to_regclass('scored') as there");
    if (rows[0].there === null) return null;
    const texts = COLUMNS.map(({ name }) => `"${name.replaceAll('"', '""')}"::text`).join(', ');
    const found = await client.query<string[]>({ text: `select ${texts} from scored`, rowMode: 'array' });
    return found.rows.map(([id, text, amount, flag, predict]) => ({
      id: id!,
      text: text!,
      amount: amount!,
      flag: flag === null ? null : flag === 'true',
      predict: NUMBERS[predict!] ?? String(Number(predict)),
    }));
  } finally {
    await client.end();
  }
}

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
    await asked(
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

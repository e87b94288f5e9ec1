import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asked, HOOK_MILLIS, type PostgresServer, startPostgres } from '../../../store/testing/postgres.ts';
import type { FrozenInput } from '../../chunk.ts';
import type { FreezeOptions, Relation, Source } from '../source.ts';
import { parseAddress } from '../table/address.ts';
import { TableSource } from '../table/table-source.ts';
import { PostgresTables } from './postgres.ts';

const TYPES = new Map();
const options = (signal = new AbortController().signal): FreezeOptions => ({
  pieces: { get: () => undefined, put: async () => undefined },
  onProgress: () => undefined,
  signal,
});

let server: PostgresServer;
let url: string;
let db: DuckDBConnection;

beforeAll(async () => {
  server = await startPostgres();
}, HOOK_MILLIS);
afterAll(() => server.stop(), HOOK_MILLIS);
beforeEach(async () => {
  url = await server.database();
  db = await (await DuckDBInstance.create(':memory:')).connect();
});

const open = (parameters: string, key = 'id'): Source =>
  new TableSource(new PostgresTables(parseAddress(`${url}?${parameters}`), key));

const rowsOf = async (relation: Relation, list = '*'): Promise<unknown[]> =>
  (await db.runAndReadAll(`select ${list} from ${relation.from}`)).getRowsJson();

async function readAll(
  source: Source,
  frozen: FrozenInput,
  rows: number,
  columns: string[],
): Promise<unknown[]> {
  const reader = source.reader(frozen, columns, TYPES);
  const all: unknown[] = [];
  for (const chunk of await source.chunks(frozen, rows)) {
    const relation = await reader.open(chunk, db);
    all.push(...(await rowsOf(relation)));
    await relation.close();
  }
  return all;
}

describe('a table of PostgreSQL', () => {
  it('gives every row once, in the order of keys, however it is cut', async () => {
    await asked(
      url,
      `create table t as select g * 3 as id, 'n' || g as name from generate_series(1, 5000) g order by random()`,
    );
    const source = open('table=t');
    const frozen = await source.freeze(options());
    expect(frozen.rows).toBe(5000);
    expect(frozen.columns).toEqual([
      { name: 'id', type: 'INTEGER' },
      { name: 'name', type: 'VARCHAR' },
    ]);
    const wanted = Array.from({ length: 5000 }, (_, index) => [(index + 1) * 3, `n${index + 1}`]);
    for (const rows of [100, 999, 10_000])
      expect(await readAll(source, frozen, rows, ['id', 'name'])).toEqual(wanted);
    await source.close();
  });

  it('carries each type as it is', async () => {
    await asked(
      url,
      `create table t (id bigint, yes bool, small int2, whole int4, single float4, real float8, money numeric(12,2),
         wide numeric(38,10), free numeric, day date, clock time, at timestamp, zoned timestamptz, name varchar(20), fixed char(4),
         mark uuid, raw bytea, doc jsonb, list int[])`,
    );
    await asked(
      url,
      `insert into t values (9223372036854775807, true, -32768, 2147483647, '1e-45', '0.1', 1234567890.12, 1234567890123456789012345678.0123456789,
         0.1, '2026-02-28', '24:00:00', '1999-12-31 23:59:59.999999', '2026-07-01 02:00+02', 'é"'',\n', 'ab', '0190a3f2-0000-7000-8000-0000000000ff', '\\x00ff', '{"a": 1}', '{1,null}'),
        (-9223372036854775808, null, null, null, 'NaN', '-Infinity', -0.01, null, 'NaN', 'infinity', '00:00', '-infinity', '0001-01-01 00:00 BC', '', '', null, '', null, null)`,
    );
    const source = open('table=t');
    const frozen = await source.freeze(options());
    expect(frozen.columns.map(({ type }) => type)).toEqual([
      'BIGINT',
      'BOOLEAN',
      'SMALLINT',
      'INTEGER',
      'FLOAT',
      'DOUBLE',
      'DECIMAL(12,2)',
      'DECIMAL(38,10)',
      'DOUBLE',
      'DATE',
      'TIME',
      'TIMESTAMP',
      'TIMESTAMP WITH TIME ZONE',
      'VARCHAR',
      'VARCHAR',
      'UUID',
      'BLOB',
      'VARCHAR',
      'VARCHAR',
    ]);
    const names = frozen.columns.map(({ name }) => name);
    const [chunk] = await source.chunks(frozen, 10);
    const relation = await source.reader(frozen, names, TYPES).open(chunk!, db);
    await db.run("set timezone = 'UTC'");
    const [low, high] = await rowsOf(relation, 'columns(*)::varchar');
    expect(high).toEqual([
      '9223372036854775807',
      'true',
      '-32768',
      '2147483647',
      '1e-45',
      '0.1',
      '1234567890.12',
      '1234567890123456789012345678.0123456789',
      '0.1',
      '2026-02-28',
      '24:00:00',
      '1999-12-31 23:59:59.999999',
      '2026-07-01 00:00:00+00',
      'é"\',\n',
      'ab',
      '0190a3f2-0000-7000-8000-0000000000ff',
      '\\x00\\xFF',
      '{"a": 1}',
      '{1,NULL}',
    ]);
    expect(low).toEqual([
      '-9223372036854775808',
      null,
      null,
      null,
      'nan',
      '-inf',
      '-0.01',
      null,
      'nan',
      'infinity',
      '00:00:00',
      '-infinity',
      '0001-01-01 (BC) 00:00:00+00',
      '',
      '',
      null,
      '',
      null,
      null,
    ]);
    await source.close();
  });
});

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import type { DuckDBColumn } from '../../../duckdb/copy.ts';
import { openSink, openSinkWriter } from '../open.ts';
import { sinkContract } from '../testing/contract.ts';
import { accountOf, COLUMNS, laneDatabase, type Row, runOf, temporaryFolder } from '../testing/runs.ts';

const fileOf = (uri: string): string => uri.slice(uri.indexOf(':') + 1, uri.indexOf('?'));

async function readSqlite(uri: string): Promise<readonly Row[] | null> {
  if (!existsSync(fileOf(uri))) return null;
  const db = new DatabaseSync(fileOf(uri), { readOnly: true });
  const names = COLUMNS.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join(', ');
  try {
    const statement = db.prepare(`select ${names} from scored`);
    statement.setReadBigInts(true);
    return statement.all().map((row) => {
      const [id, text, amount, flag, predict] = Object.values(row);
      return {
        id: String(id),
        text: text as string | null,
        amount: String(amount),
        flag: flag === null ? null : flag === 1n,
        predict: String(predict),
      };
    });
  } finally {
    db.close();
  }
}

async function askDuckDB(path: string, query: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(path);
  const db = await instance.connect();
  try {
    return (await db.runAndReadAll(query)).getRows() as unknown[][];
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}

const SPELLED: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };

async function readDuckDB(uri: string): Promise<readonly Row[] | null> {
  if (!existsSync(fileOf(uri))) return null;
  const tables = await askDuckDB(fileOf(uri), "select 1 from duckdb_tables() where table_name = 'scored'");
  if (tables.length === 0) return null;
  const rows = await askDuckDB(fileOf(uri), 'select columns(*)::varchar from scored');
  return rows.map((cells) => {
    const [id, text, amount, flag, predict] = cells as string[];
    return {
      id: id!,
      text: text!,
      amount: amount!,
      flag: flag === null ? null : flag === 'true',
      predict: SPELLED[predict!] ?? String(Number(predict)),
    };
  });
}

for (const mode of ['append', 'upsert'] as const) {
  const common = { second: 'appends', before: null, sink: { mode } } as const;
  sinkContract({
    name: `a table of a SQLite file, ${mode}`,
    uri: async () => `sqlite:${join(temporaryFolder(), 'out.sqlite')}?table=scored`,
    read: readSqlite,
    nan: 'null',
    ...common,
  });
  sinkContract({
    name: `a table of a DuckDB file, ${mode}`,
    uri: async () => `duckdb:${join(temporaryFolder(), 'out.duckdb')}?table=scored`,
    read: readDuckDB,
    nan: 'NaN',
    ...common,
  });
}

const PLAIN: readonly DuckDBColumn[] = [
  { name: 'id', type: 'BIGINT' },
  { name: 'predict', type: 'DOUBLE' },
];

/** Publishes rows of `id` and `predict` as one run. */
async function publish(
  uri: string,
  name: string,
  values: string,
  rows: number,
  mode: 'append' | 'upsert',
): Promise<void> {
  const run = runOf(uri, { columns: PLAIN, run: name, mode });
  const sink = await openSink(run);
  await sink.prepare([]);
  const select = `select id::bigint as id, p::double as predict from (values ${values}) as v(id, p)`;
  const account = await (await openSinkWriter(run)).write(await laneDatabase(), select, accountOf(0, rows));
  await sink.publish([account], {});
}

const sqliteOf = (path: string, query: string): unknown[] => {
  const db = new DatabaseSync(path);
  try {
    return db
      .prepare(query)
      .all()
      .map((row) => Object.values(row));
  } finally {
    db.close();
  }
};

for (const kind of ['sqlite', 'duckdb'] as const) {
  const fresh = (): { path: string; uri: string } => {
    const path = join(temporaryFolder(), 'out.db');
    return { path, uri: `${kind}:${path}?table=scored` };
  };
  const make = async (path: string, ...statements: string[]): Promise<void> => {
    for (const statement of statements)
      if (kind === 'duckdb') await askDuckDB(path, statement);
      else sqliteOf(path, statement);
  };
  const ask = async (path: string, query: string): Promise<unknown[]> =>
    kind === 'duckdb' ? askDuckDB(path, query) : sqliteOf(path, query);

  describe(`a table of a ${kind} file`, () => {
    test('takes an upsert in place of rows of the same key, and leaves the others', async () => {
      const { path, uri } = fresh();
      await publish(uri, 'r1', '(1, 0.1), (2, 0.2)', 2, 'upsert');
      await publish(uri, 'r2', '(2, 0.9), (3, 0.3)', 2, 'upsert');
      const rows = await ask(path, 'select cast(id as integer), predict from scored order by 1');
      expect(rows).toEqual([
        [1, 0.1],
        [2, 0.9],
        [3, 0.3],
      ]);
    });

    test('refuses an upsert of a key that comes twice, and is as it was', async () => {
      const { path, uri } = fresh();
      await publish(uri, 'r1', '(1, 0.1)', 1, 'upsert');
      await expect(publish(uri, 'r2', '(2, 0.9), (2, 0.3)', 2, 'upsert')).rejects.toMatchObject({
        code: 'KEY_DUPLICATE',
      });
      expect(await ask(path, 'select cast(id as integer) from scored')).toEqual([[1]]);
      expect(await ask(path, 'select run from plimsoll_published')).toEqual([['r1']]);
    });

    test('names each column that does not fit', async () => {
      const { path, uri } = fresh();
      await make(path, 'create table scored (id bigint, day date not null)');
      const sink = await openSink(runOf(uri, { columns: PLAIN }));
      await expect(sink.prepare([])).rejects.toMatchObject({
        code: 'SINK_INVALID',
        message: expect.stringMatching(/no column "predict" \(DOUBLE\); its column "day" is not null/),
      });
    });

    test('is refused where the file is something else, or its folder is not there', async () => {
      const { path, uri } = fresh();
      writeFileSync(path, 'this is no database, but it is long enough to be taken for one '.repeat(100));
      await expect((await openSink(runOf(uri))).prepare([])).rejects.toMatchObject({
        code: expect.stringMatching(/^(SINK_INVALID|FILE_UNWRITABLE)$/),
      });
      const nowhere = uri.replace('out.db', 'none/out.db');
      await expect((await openSink(runOf(nowhere))).prepare([])).rejects.toMatchObject({
        code: 'SINK_INVALID',
      });
    });

    test('leaves nothing in the folder of the run that is discarded', async () => {
      const run = runOf(fresh().uri);
      const sink = await openSink(run);
      await sink.prepare([]);
      await sink.discard();
      expect(readdirSync(run.folder)).toEqual([]);
    });
  });
}

test('a SQLite file that somebody writes is waited for, then unavailable', async () => {
  const path = join(temporaryFolder(), 'out.db');
  const other = new DatabaseSync(path);
  other.exec('create table x (y); begin immediate');
  const started = performance.now();
  await expect(publish(`sqlite:${path}?table=scored`, 'r1', '(1, 0.1)', 1, 'append')).rejects.toMatchObject({
    code: 'SINK_UNAVAILABLE',
  });
  expect(performance.now() - started).toBeGreaterThan(5000);
  other.close();
});

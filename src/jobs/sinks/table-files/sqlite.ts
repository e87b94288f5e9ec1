import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { DuckDBBlobValue } from '@duckdb/node-api';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { writeError } from '../../../disk/durable.ts';
import type { DuckDBColumn } from '../../../duckdb/copy.ts';
import { openDuckDB } from '../../../duckdb/open.ts';
import { identifier } from '../../../sql/identifiers.ts';
import { insertStatement } from '../insert.ts';
import type { OpenSink, OpenSinkWriter, SinkRun } from '../sink.ts';
import { requireFit, type ThereColumn } from './columns.ts';
import { fromParts } from './parts.ts';
import { repeatedKey, repeatedKeyQuery } from './repeated-key.ts';
import { sqliteCellOf, sqliteColumnType } from './sqlite-types.ts';
import { PUBLISHED, type TableFile, TableFileSink, tableFileWriter } from './table-file-sink.ts';
import { type TableTarget, tableFileTargetOf } from './target.ts';

const MEMORY = '256MB';
/** How long another writer is waited for. */
const BUSY_MILLIS = 10_000;

/** Primary result codes: https://www.sqlite.org/rescode.html */
const BUSY = new Set([5, 6]);
const CONSTRAINT = 19;
const FULL = 13;
/** READONLY, IOERR, CANTOPEN. */
const UNWRITABLE = new Set([8, 10, 14]);
/** CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE, CONSTRAINT_ROWID. */
const TWICE = new Set([1555, 2067, 2579]);

export const openSqliteSink: OpenSink = async (run) => {
  const target = tableFileTargetOf(run);
  return new TableFileSink(run, target, new SqliteFile(run, target));
};
export const openSqliteSinkWriter: OpenSinkWriter = async (run) => tableFileWriter(run);

/** A table of a SQLite file. */
class SqliteFile implements TableFile {
  readonly #run: SinkRun;
  readonly #target: TableTarget;

  constructor(run: SinkRun, target: TableTarget) {
    this.#run = run;
    this.#target = target;
  }

  published(): Promise<number | null> {
    return this.#opened(async (db) => {
      if (!isTable(db, PUBLISHED)) return null;
      const row = db.prepare(`select rows from ${PUBLISHED} where run = ?`).get(this.#run.run);
      return row ? Number(row['rows']) : null;
    });
  }

  check(): Promise<void> {
    return this.#opened(async (db) => {
      const { table, where } = this.#target;
      if (!isTable(db, table)) return;
      const { sink, key } = this.#run.spec;
      const index = `create unique index ${identifier(`${table}_${key}`)} on ${identifier(table)} (${identifier(key)})`;
      const unkeyed = sink.mode === 'upsert' && !isUnique(db, table, key);
      requireFit(
        columnsOf(db, table),
        this.#run,
        where,
        unkeyed ? [`an upsert needs a unique index on the key: ${index}`] : [],
      );
    });
  }

  publish(parts: readonly string[], rows: number): Promise<void> {
    const { spec, columns, run } = this.#run;
    const table = identifier(this.#target.table);
    const key = spec.sink.mode === 'upsert' ? `, primary key (${identifier(spec.key)})` : '';
    const declared = columns
      .map(({ name, type }) => `${identifier(name)} ${sqliteColumnType(type)}`)
      .join(', ');
    const values = `values (${columns.map(() => '?').join(', ')})`;
    return this.#opened(async (db) => {
      db.exec('begin immediate');
      db.exec(
        `create table if not exists ${PUBLISHED} (run text primary key, rows integer not null, published_at text not null)`,
      );
      db.prepare(`insert into ${PUBLISHED} values (?, ?, datetime('now'))`).run(run, rows);
      db.exec(`create table if not exists ${table} (${declared}${key})`);
      if (spec.sink.mode === 'upsert') await this.#requireOnce(fromParts(parts, columns));
      await fill(db.prepare(insertStatement(table, values, this.#run)), parts, columns);
      db.exec('commit');
    });
  }

  /** Throws KEY_DUPLICATE. */
  async #requireOnce(from: string): Promise<void> {
    for await (const [key] of rowsOf(repeatedKeyQuery(this.#run, from))) throw repeatedKey(this.#target, key);
  }

  async #opened<T>(work: (db: DatabaseSync) => Promise<T>): Promise<T> {
    const { path } = this.#target;
    let db: DatabaseSync | null = null;
    try {
      db = new DatabaseSync(path, { timeout: BUSY_MILLIS });
      return await work(db);
    } catch (error) {
      throw await this.#coded(error);
    } finally {
      // What was not committed goes with the connection.
      db?.close();
    }
  }

  async #coded(error: unknown): Promise<unknown> {
    if (isPlimsollError(error)) return error;
    const { where, path } = this.#target;
    const { errcode = 0, message: reason } = error as { errcode?: number; message: string };
    const primary = errcode & 0xff;
    if (BUSY.has(primary))
      return new PlimsollError(
        'SINK_UNAVAILABLE',
        { where, reason, job: this.#run.spec.job },
        { cause: error },
      );
    if (primary === FULL) return writeError(Object.assign(new Error(reason), { code: 'ENOSPC' }), path, 0);
    if (UNWRITABLE.has(primary))
      return new PlimsollError('FILE_UNWRITABLE', { path, reason }, { cause: error });
    if (primary === CONSTRAINT && TWICE.has(errcode))
      return new PlimsollError('KEY_DUPLICATE', { where, found: reason }, { cause: error });
    return new PlimsollError('SINK_INVALID', { where, problems: reason }, { cause: error });
  }
}

async function fill(
  statement: StatementSync,
  parts: readonly string[],
  columns: readonly DuckDBColumn[],
): Promise<void> {
  const query = `SELECT ${columns.map(sqliteCellOf).join(', ')} FROM ${fromParts(parts, columns)}`;
  for await (const row of rowsOf(query)) statement.run(...row.map(bound));
}

const bound = (value: unknown): SQLInputValue =>
  value instanceof DuckDBBlobValue ? value.bytes : (value as SQLInputValue);

/** Rows of a query over parts, a block in memory at a time. */
async function* rowsOf(query: string): AsyncGenerator<readonly unknown[]> {
  const duckdb = await openDuckDB({ memoryLimit: MEMORY });
  try {
    const result = await duckdb.db.stream(query);
    for (
      let block = await result.fetchChunk();
      block !== null && block.rowCount > 0;
      block = await result.fetchChunk()
    )
      yield* block.getRows();
  } finally {
    duckdb.close();
  }
}

const isTable = (db: DatabaseSync, table: string): boolean =>
  db.prepare("select 1 from sqlite_master where type = 'table' and name = ? collate nocase").get(table) !==
  undefined;

function columnsOf(db: DatabaseSync, table: string): readonly ThereColumn[] {
  const rows = db
    .prepare('select name, "notnull" as needed, dflt_value, pk, hidden from pragma_table_xinfo(?)')
    .all(table);
  return rows.map(({ name, needed, dflt_value, pk, hidden }) => ({
    name: String(name),
    required: needed === 1 && dflt_value === null && pk === 0,
    generated: hidden !== 0,
  }));
}

/** Whether an upsert can go by the key: a primary key or a unique index of it alone, of all rows. */
function isUnique(db: DatabaseSync, table: string, key: string): boolean {
  const whole = db
    .prepare(
      `select 1 from pragma_index_list(?) as l where l."unique" and not l.partial
        and (select group_concat(i.name) from pragma_index_info(l.name) as i) = ?`,
    )
    .get(table, key);
  const rowid = db
    .prepare(
      'select count(*) as n, max(case when pk = 1 then name end) as name from pragma_table_info(?) where pk > 0',
    )
    .get(table);
  return whole !== undefined || (rowid?.['n'] === 1 && rowid['name'] === key);
}

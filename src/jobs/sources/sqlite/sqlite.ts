/** Tables and queries of SQLite files. */

import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { identifier } from '../../../sql/identifiers.ts';
import { stateOf } from '../files/input-file.ts';
import { rawOf } from '../files/raw.ts';
import type { OpenSource } from '../source.ts';
import type { BadRow, LoadedRows, SourceColumn, TableAccess } from '../table/access.ts';
import { parseAddress, type TableAddress } from '../table/address.ts';
import { TableFill } from '../table/fill.ts';
import {
  blockRows,
  type KeyBlock,
  type KeyRange,
  type RowDigest,
  type TableSurvey,
} from '../table/survey.ts';
import { TableSource } from '../table/table-source.ts';
import { wantedColumn } from '../wanted.ts';
import {
  declaredTypeOf,
  parseValue,
  type SqliteType,
  type SqliteValue,
  toDuckDB,
  typeOfValues,
  valueText,
} from './values.ts';

/** Throws USAGE where the URI names no rows. */
export const openSqliteSource: OpenSource = async ({ source, key }) =>
  new TableSource(new SqliteTables(parseAddress(source.uri), key));

const SCHEME = 'sqlite:';
/** How long a writer is waited for. */
const BUSY_MILLIS = 5000;
/** Rows that are looked at for the type of a column that is not declared. */
const SAMPLE_ROWS = 1000;
/** Rows after which others get a turn. */
const TURN_ROWS = 5000;
/** SQLITE_BUSY and SQLITE_LOCKED (https://www.sqlite.org/rescode.html). */
const LOCKED: ReadonlySet<unknown> = new Set([5, 6]);

interface Column extends SourceColumn {
  readonly type: SqliteType;
}
type Row = readonly SqliteValue[];

export class SqliteTables implements TableAccess {
  readonly shown: string;
  readonly #path: string;
  readonly #from: string;
  readonly #key: string;

  constructor(address: TableAddress, key: string) {
    this.#path = resolve(address.database.slice(SCHEME.length));
    this.shown = `${SCHEME}${this.#path}, ${address.shown}`;
    this.#from = address.from;
    this.#key = key;
  }

  describe(): Promise<readonly SourceColumn[]> {
    return this.#ask(async (db) => this.#describe(db));
  }

  survey(signal: AbortSignal): Promise<TableSurvey> {
    return this.#ask(async (db) => {
      const columns = this.#describe(db);
      const at = columns.findIndex(({ name }) => name === this.#key);
      const [count] = elementAt(all(this.#prepare(db, `select count(*) from ${this.#from}`)), 0);
      const survey = new Surveyor(blockRows(Number(count)));
      for await (const row of this.#rows(db, columns, 'true', [])) {
        signal.throwIfAborted();
        survey.add(row[at] ?? null, digestOf(row));
      }
      return survey.end();
    });
  }

  load(range: KeyRange, names: readonly string[], db: DuckDBConnection, table: string): Promise<LoadedRows> {
    return this.#ask(async (sqlite) => {
      const columns = this.#describe(sqlite);
      const wanted = names.map((name) => columns.indexOf(wantedColumn({ columns }, name, this.shown)));
      const fill = await TableFill.create(
        db,
        table,
        wanted.map((index) => elementAt(columns, index)),
      );
      const [where, values] = condition(identifier(this.#key), range);
      const bad: BadRow[] = [];
      let rows = 0;
      let digest = 0n;
      for await (const row of this.#rows(sqlite, columns, where, values)) {
        digest += digestOf(row);
        const misfit = place(fill, row, wanted, columns);
        if (misfit !== null) bad.push(badRow(rows, row, misfit, columns));
        rows += 1;
      }
      fill.finish();
      return { rows, digest: BigInt.asUintN(64, digest), bad };
    });
  }

  async close(): Promise<void> {
    // Nothing is held open between two calls.
  }

  /** Sees one moment, whoever writes meanwhile. */
  async #ask<T>(work: (db: DatabaseSync) => Promise<T>): Promise<T> {
    await stateOf(this.#path);
    let db: DatabaseSync | null = null;
    try {
      db = new DatabaseSync(this.#path, { readOnly: true, timeout: BUSY_MILLIS });
      db.exec('begin');
      return await work(db);
    } catch (error) {
      const { code, errcode, message } = error as { code?: string; errcode?: number; message: string };
      if (isPlimsollError(error) || code !== 'ERR_SQLITE_ERROR') throw error;
      const kind = LOCKED.has(errcode) ? 'SOURCE_UNAVAILABLE' : 'SOURCE_INVALID';
      throw new PlimsollError(kind, { where: this.shown, reason: message }, { cause: error });
    } finally {
      db?.close();
    }
  }

  #describe(db: DatabaseSync): readonly Column[] {
    const statement = this.#prepare(db, `select * from ${this.#from} limit ${SAMPLE_ROWS}`);
    const found = statement.columns();
    const undeclared = found.some(({ type }) => declaredTypeOf(type) === null);
    const sample = undeclared ? all(statement) : [];
    const columns = found.map(({ name, type }, index) => ({
      name,
      type: declaredTypeOf(type) ?? typeOfValues(sample.map((row) => row[index] ?? null)),
    }));
    wantedColumn({ columns }, this.#key, this.shown);
    return columns;
  }

  /** In the order of keys, byte by byte whatever their collation; of equal ones in that of all their columns. */
  async *#rows(
    db: DatabaseSync,
    columns: readonly Column[],
    where: string,
    values: SqliteValue[],
  ): AsyncGenerator<Row> {
    const order = columns.map((_, index) => `${index + 1}`);
    const key = `${identifier(this.#key)} collate binary`;
    const text = `select * from ${this.#from} where ${where} order by ${[key, ...order].join(', ')}`;
    let rows = 0;
    for (const row of this.#prepare(db, text).iterate(...values)) {
      if (++rows % TURN_ROWS === 0) await turn();
      yield rowOf(row);
    }
  }

  /** SQLite reads the first statement of a text and leaves the rest: there may be none. */
  #prepare(db: DatabaseSync, text: string): StatementSync {
    const statement = db.prepare(text);
    if (statement.sourceSQL.length < text.length)
      throw new PlimsollError('SOURCE_INVALID', {
        where: this.shown,
        reason: 'it holds more than one statement',
      });
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement;
  }
}

const all = (statement: StatementSync): Row[] => statement.all().map(rowOf);

/** `setReturnArrays` has rows as lists, which the types of Node do not know. */
function rowOf(row: unknown): Row {
  if (Array.isArray(row)) return row;
  throw new TypeError('a row of SQLite is no list');
}

function condition(key: string, range: KeyRange): [string, SqliteValue[]] {
  if (range === 'nulls') return [`${key} is null`, []];
  const exact = `${key} collate binary`;
  if (range.from === null) return [`${exact} <= ?`, [parseValue(range.to)]];
  return [`${exact} > ? and ${exact} <= ?`, [parseValue(range.from), parseValue(range.to)]];
}

/** 64 bits of a SHA-256 over all values of a row. To it, 5 and 5.0 are one value, as they are to SQLite. */
const digestOf = (row: Row): bigint =>
  hash('sha256', row.map(valueText).join(','), 'buffer').readBigUInt64BE();

/** Puts a row into the table; answers the column that cannot hold its value, or null. */
function place(
  fill: TableFill,
  row: Row,
  wanted: readonly number[],
  columns: readonly Column[],
): number | null {
  for (const [index, column] of wanted.entries()) {
    const value = toDuckDB(row[column] ?? null, columns[column]!.type);
    if (value === undefined) return column;
    fill.vectors[index]!.setItem(fill.row, value);
  }
  fill.next();
  return null;
}

function badRow(index: number, row: Row, column: number, columns: readonly Column[]): BadRow {
  const { name, type } = columns[column]!;
  const shown = (value: SqliteValue) =>
    typeof value === 'string' || value === null ? value : valueText(value);
  const raw = rawOf(Object.fromEntries(columns.map((each, at) => [each.name, shown(row[at] ?? null)])));
  return {
    row: index,
    column: name,
    reason: `its value ${valueText(row[column] ?? null).slice(0, 200)} is no ${type}`,
    raw,
  };
}

/** Finds the blocks of rows that come in the order of their keys. */
class Surveyor {
  readonly #size: number;
  readonly #blocks: KeyBlock[] = [];
  #first: string | null = null;
  #open: KeyBlock | null = null;
  #nulls: RowDigest = { rows: 0, digest: 0n };

  constructor(size: number) {
    this.#size = size;
  }

  add(key: SqliteValue, digest: bigint): void {
    if (key === null) {
      this.#nulls = plus(this.#nulls, digest);
      return;
    }
    const to = valueText(key);
    this.#first ??= to;
    if (this.#open !== null && this.#open.rows >= this.#size && this.#open.to !== to) this.#close();
    this.#open = { to, ...plus(this.#open ?? { rows: 0, digest: 0n }, digest) };
  }

  end(): TableSurvey {
    this.#close();
    return { first: this.#first, blocks: this.#blocks, nulls: this.#nulls };
  }

  #close(): void {
    if (this.#open !== null) this.#blocks.push(this.#open);
    this.#open = null;
  }
}

const plus = ({ rows, digest }: RowDigest, more: bigint): RowDigest => ({
  rows: rows + 1,
  digest: BigInt.asUintN(64, digest + more),
});

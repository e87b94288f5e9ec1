/** Tables and queries of DuckDB files. */

import { resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../../core/element-at.ts';
import { messageOf } from '../../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { openDuckDB } from '../../../duckdb/open.ts';
import { identifier, literal } from '../../../sql/identifiers.ts';
import { stateOf } from '../files/input-file.ts';
import type { OpenSource } from '../source.ts';
import type { LoadedRows, SourceColumn, TableAccess } from '../table/access.ts';
import { parseAddress, type TableAddress } from '../table/address.ts';
import type { KeyRange, TableSurvey } from '../table/survey.ts';
import { type BlockRow, blocksQuery, type CountRow, countQuery, readSurvey } from '../table/survey-query.ts';
import { TableSource } from '../table/table-source.ts';
import { wantedColumn } from '../wanted.ts';

/** Throws USAGE where the URI names no rows. */
export const openDuckDBSource: OpenSource = async ({ source, key }) =>
  new TableSource(new DuckDBTables(parseAddress(source.uri), key));

/** Beside what a worker has for itself; more than that goes to the disk. */
const MEMORY = '200MB';
const SCHEME = 'duckdb:';
const LOCKED = /^IO Error: Could not set lock/;

export class DuckDBTables implements TableAccess {
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
    return this.#ask((db) => this.#describe(db));
  }

  async survey(signal: AbortSignal): Promise<TableSurvey> {
    signal.throwIfAborted();
    const survey = this.#ask(async (db) => {
      const interrupt = () => db.interrupt();
      signal.addEventListener('abort', interrupt);
      try {
        const key = identifier(this.#key);
        const rows = `select ${key} as k, ${digestOf(await this.#describe(db))} as h from ${this.#from}`;
        const [all, nulls, digest] = elementAt((await db.runAndReadAll(countQuery(rows))).getRows(), 0);
        const count: CountRow = [String(all), String(nulls), textOrNull(digest)];
        const found = (await db.runAndReadAll(blocksQuery(rows, count))).getRows();
        const blocks = found.map(([a, b, c, d]): BlockRow => [String(a), String(b), String(c), d === true]);
        return readSurvey(count, blocks);
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
    });
    return survey.catch((error) => {
      signal.throwIfAborted();
      throw error;
    });
  }

  /** Blocks of rows go from one DuckDB to the other as they are: there is no writer while this one reads. */
  load(range: KeyRange, names: readonly string[], db: DuckDBConnection, table: string): Promise<LoadedRows> {
    return this.#ask(async (source) => {
      const all = await this.#describe(source);
      const wanted = names.map((name) => wantedColumn({ columns: all }, name, this.shown));
      const key = wantedColumn({ columns: all }, this.#key, this.shown);
      const list = wanted.map(({ name, type }) => `${identifier(name)} ${type}`);
      await db.run(`create temp table ${identifier(table)} (${list.join(', ')})`);
      const rows = `from ${this.#from} where ${condition(key, range)}`;
      const order = `order by ${identifier(key.name)}, ${digestOf(all)}`;
      await copyRows(source, `select ${wanted.map(expressionOf).join(', ')} ${rows} ${order}`, db, table);
      const tally = `select count(*)::integer, coalesce(sum(${digestOf(all)}), 0)::hugeint ${rows}`;
      const [[count, digest]] = (await source.runAndReadAll(tally)).getRows() as [[number, bigint]];
      return { rows: count, digest: BigInt.asUintN(64, digest), bad: [] };
    });
  }

  async close(): Promise<void> {
    // Nothing is held open between two calls.
  }

  async #describe(db: DuckDBConnection): Promise<readonly SourceColumn[]> {
    const { columnNames, columnTypes } = await db
      .prepare(`select * from ${this.#from}`)
      .then((statement) => ({
        columnNames: Array.from({ length: statement.columnCount }, (_, index) => statement.columnName(index)),
        columnTypes: Array.from({ length: statement.columnCount }, (_, index) => statement.columnType(index)),
      }));
    const columns = columnNames.map((name, index) => ({ name, type: typeOf(String(columnTypes[index])) }));
    wantedColumn({ columns }, this.#key, this.shown);
    return columns;
  }

  /** The file is held for as long as the work takes: its writers wait for no run. */
  async #ask<T>(work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    await stateOf(this.#path);
    const { db, close } = await openDuckDB({ memoryLimit: MEMORY });
    try {
      await db.run(`attach ${literal(this.#path)} as source (type duckdb, read_only)`);
      // From here on a query reaches nothing but this file.
      await db.run('use source; set enable_external_access = false; set lock_configuration = true');
      return await work(db);
    } catch (error) {
      if (isPlimsollError(error)) throw error;
      const [reason = ''] = messageOf(error).split('\n');
      const code = LOCKED.test(reason) ? 'SOURCE_UNAVAILABLE' : 'SOURCE_INVALID';
      throw new PlimsollError(code, { where: this.shown, reason }, { cause: error });
    } finally {
      close();
    }
  }
}

/** 64 bits over all values of a row, by a function that another version of DuckDB may have changed. */
const digestOf = (columns: readonly SourceColumn[]): string =>
  `hash(${columns.map(expressionOf).join(', ')})`;

/** An enumeration is carried as its texts: its numbers mean nothing elsewhere. */
const typeOf = (type: string): string => (type.startsWith('ENUM') ? 'VARCHAR' : type);

const expressionOf = ({ name, type }: SourceColumn): string =>
  type === 'VARCHAR' ? `${identifier(name)}::varchar` : identifier(name);

function condition({ name, type }: SourceColumn, range: KeyRange): string {
  const key = identifier(name);
  if (range === 'nulls') return `${key} is null`;
  const bound = (text: string) => `cast(${literal(text)} as ${type})`;
  const above = range.from === null ? '' : `${key} > ${bound(range.from)} and `;
  return `${above}${key} <= ${bound(range.to)}`;
}

async function copyRows(
  source: DuckDBConnection,
  query: string,
  db: DuckDBConnection,
  table: string,
): Promise<void> {
  const result = await source.stream(query);
  const appender = await db.createAppender(table, 'main', 'temp');
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

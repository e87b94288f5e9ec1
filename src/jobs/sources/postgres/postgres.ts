/** Tables and queries of PostgreSQL 14 or newer. */

import type { DuckDBConnection } from '@duckdb/node-api';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { elementAt } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { identifier, literal } from '../../../sql/identifiers.ts';
import { rawOf } from '../files/raw.ts';
import type { OpenSource } from '../source.ts';
import type { BadRow, LoadedRows, SourceColumn, TableAccess } from '../table/access.ts';
import { parseAddress, type TableAddress } from '../table/address.ts';
import { TableFill } from '../table/fill.ts';
import type { KeyRange, TableSurvey } from '../table/survey.ts';
import { type BlockRow, blocksQuery, type CountRow, countQuery, readSurvey } from '../table/survey-query.ts';
import { TableSource } from '../table/table-source.ts';
import { wantedColumn } from '../wanted.ts';
import { BinaryCopy } from './binary-copy.ts';
import { PostgresSourceSession, READ_MILLIS, SURVEY_MILLIS } from './session.ts';
import { columnType, type SelectedType } from './types.ts';

interface Column extends SourceColumn, SelectedType {
  /** What to select: the value, or its text. */
  readonly expression: string;
}

/** Throws USAGE where the URI names no rows. */
export const openPostgresSource: OpenSource = async ({ source, key }) =>
  new TableSource(new PostgresTables(parseAddress(source.uri), key));

export class PostgresTables implements TableAccess {
  readonly shown: string;
  readonly #address: TableAddress;
  readonly #key: string;
  readonly #session: PostgresSourceSession;

  constructor(address: TableAddress, key: string) {
    const url = URL.parse(address.database);
    this.shown = `postgres://${url?.host ?? '…'}${url?.pathname ?? ''}, ${address.shown}`;
    this.#address = address;
    this.#key = key;
    this.#session = new PostgresSourceSession(address.database, this.shown);
  }

  async describe(): Promise<readonly SourceColumn[]> {
    const columns = await this.#session.snapshot(READ_MILLIS, (client) => this.#describe(client));
    return columns.map(({ name, type }) => ({ name, type }));
  }

  survey(signal: AbortSignal): Promise<TableSurvey> {
    return this.#session.snapshot(SURVEY_MILLIS, (client) => this.#survey(client), signal);
  }

  load(
    range: KeyRange,
    columns: readonly string[],
    db: DuckDBConnection,
    table: string,
  ): Promise<LoadedRows> {
    return this.#session.snapshot(READ_MILLIS, async (client) => {
      const all = await this.#describe(client);
      const wanted = columns.map((name) => wantedColumn({ columns: all }, name, this.shown));
      const fill = await TableFill.create(db, table, wanted);
      const rows = new RowTaker(fill, wanted);
      const copy = new BinaryCopy(wanted.length + 1, rows.take, this.shown);
      for await (const piece of client.query(copyTo(this.#select(all, wanted, range)))) copy.push(piece);
      copy.end();
      fill.finish();
      return rows.loaded();
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** One statement by its nature: what is prepared cannot hold two, which the text of a COPY could. */
  async #describe(client: pg.Client): Promise<readonly Column[]> {
    const text = `select * from ${this.#address.from} where false`;
    const { fields } = await client.query({ text, values: [], queryMode: 'extended' } as pg.QueryConfig);
    const columns = fields.map(({ name, dataTypeID, dataTypeModifier }): Column => {
      const type = columnType(dataTypeID, dataTypeModifier, name === this.#key);
      const column = identifier(name);
      // A collation that takes two texts for one would give them one digest.
      return { name, ...type, expression: type.asText ? `${column}::text collate "C"` : column };
    });
    wantedColumn({ columns }, this.#key, this.shown);
    const twice = columns.find(
      ({ name }, index) => columns.findIndex((other) => other.name === name) < index,
    );
    if (twice !== undefined) throw this.#invalid(`it has two columns "${twice.name}"`);
    return columns;
  }

  async #survey(client: pg.Client): Promise<TableSurvey> {
    const columns = await this.#describe(client);
    const rows = `select ${identifier(this.#key)} as k, ${digestOf(columns)} as h from ${this.#address.from}`;
    const counted = await client.query<[...CountRow]>({ text: countQuery(rows), rowMode: 'array' });
    const count = elementAt(counted.rows, 0);
    const blocks = await client.query<[...BlockRow]>({ text: blocksQuery(rows, count), rowMode: 'array' });
    return readSurvey(count, blocks.rows);
  }

  #select(all: readonly Column[], wanted: readonly Column[], range: KeyRange): string {
    const list = [digestOf(all), ...wanted.map(({ expression }) => expression)];
    const key = identifier(this.#key);
    return `copy (select ${list.join(', ')} from ${this.#address.from} where ${condition(key, range)} order by ${key}, 1) to stdout (format binary)`;
  }

  #invalid(reason: string): PlimsollError {
    return new PlimsollError('SOURCE_INVALID', { where: this.shown, reason });
  }
}

/**
 * 64 bits over all values of a row. To it, 0 and -0 are one number; whatever else differs has another digest but for one
 * case in 2^64.
 */
const digestOf = (columns: readonly Column[]): string =>
  `hash_record_extended(row(${columns.map(({ expression }) => expression).join(', ')}), 0)`;

/** A bound is an untyped literal: it gets the type of the key, and is compared as the key is. */
function condition(key: string, range: KeyRange): string {
  if (range === 'nulls') return `${key} is null`;
  const above = range.from === null ? '' : `${key} > ${literal(range.from)} and `;
  return `${above}${key} <= ${literal(range.to)}`;
}

/** Puts rows of a COPY, whose first field is the digest, into a table. */
class RowTaker {
  readonly #fill: TableFill;
  readonly #columns: readonly Column[];
  readonly #bad: BadRow[] = [];
  #rows = 0;
  #digest = 0n;

  constructor(fill: TableFill, columns: readonly Column[]) {
    this.#fill = fill;
    this.#columns = columns;
  }

  readonly take = (bytes: Buffer, starts: Int32Array, lengths: Int32Array): void => {
    this.#digest += bytes.readBigInt64BE(starts[0]);
    const bad = this.#columns.findIndex((column, index) => {
      const at = elementAt(starts, index + 1);
      const length = elementAt(lengths, index + 1);
      const value = length < 0 ? null : column.decode(bytes, at, length);
      if (value !== undefined) this.#fill.vectors[index]?.setItem(this.#fill.row, value);
      return value === undefined;
    });
    if (bad < 0) this.#fill.next();
    else this.#bad.push(this.#badRow(bad, bytes, starts, lengths));
    this.#rows += 1;
  };

  loaded(): LoadedRows {
    return { rows: this.#rows, digest: BigInt.asUintN(64, this.#digest), bad: this.#bad };
  }

  #badRow(index: number, bytes: Buffer, starts: Int32Array, lengths: Int32Array): BadRow {
    const { name, type } = elementAt(this.#columns, index);
    const cells = this.#columns.map((column, field) => {
      const [at, length] = [elementAt(starts, field + 1), elementAt(lengths, field + 1)];
      if (length < 0) return [column.name, null];
      const value = column.decode(bytes, at, length);
      const text = value ?? bytes.toString(column.asText ? 'utf8' : 'hex', at, at + length);
      return [column.name, String(text)];
    });
    const reason = `its value cannot be held as ${type}`;
    return { row: this.#rows, column: name, reason, raw: rawOf(Object.fromEntries(cells)) };
  }
}

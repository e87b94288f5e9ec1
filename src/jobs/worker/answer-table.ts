import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import { numberItems, vectorItems } from '../../duckdb/vector-items.ts';
import type { OutputColumn, OutputValues } from '../../scorer/scorer.ts';
import { identifier } from '../../sql/identifiers.ts';
import { OUTCOME_COLUMN, outputName } from './output.ts';

/** Booleans are kept as bytes, as the scorer has them. */
const TYPES: Readonly<Record<OutputColumn['type'], DuckDBType>> = {
  number: DOUBLE,
  integer: BIGINT,
  string: VARCHAR,
  bool: UTINYINT,
};

/** The answers to the rows of one chunk, as a table of the worker's DuckDB: a row for each row of the relation, in its order. */
export class AnswerTable {
  readonly table: string;
  readonly #db: DuckDBConnection;
  readonly #types: readonly DuckDBType[];
  readonly #appender: DuckDBAppender;
  #rows = 0;

  private constructor(
    db: DuckDBConnection,
    table: string,
    types: readonly DuckDBType[],
    appender: DuckDBAppender,
  ) {
    this.#db = db;
    this.table = table;
    this.#types = types;
    this.#appender = appender;
  }

  /** A new, empty table of that name, in place of the one before. */
  static async create(
    db: DuckDBConnection,
    table: string,
    outputs: readonly OutputColumn[],
  ): Promise<AnswerTable> {
    const types = [UTINYINT, ...outputs.map(({ type }) => TYPES[type])];
    const names = [OUTCOME_COLUMN, ...outputs.map((_, j) => outputName(j))];
    const columns = names.map((name, i) => `${identifier(name)} ${types[i]}`).join(', ');
    await db.run(`CREATE OR REPLACE TABLE ${identifier(table)} (${columns})`);
    return new AnswerTable(db, table, types, await db.createAppender(table));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Appends the answers to a block of rows. */
  append(rows: number, outcomes: Uint8Array, columns: readonly OutputValues[]): void {
    const block = DuckDBDataChunk.create(this.#types, rows);
    [outcomes, ...columns].forEach((values, j) => fill(block, j, values, rows));
    this.#appender.appendDataChunk(block);
    this.#rows += rows;
  }

  /** After the last block; the table can be read then. */
  finish(): void {
    this.#appender.closeSync();
  }

  async drop(): Promise<void> {
    await this.#db.run(`DROP TABLE IF EXISTS ${identifier(this.table)}`);
  }
}

function fill(block: DuckDBDataChunk, column: number, values: OutputValues, rows: number): void {
  const vector = block.getColumnVector(column);
  if (values instanceof BigInt64Array) vectorItems(vector, BigInt64Array).set(values.subarray(0, rows));
  else if (values instanceof Float64Array || values instanceof Uint8Array)
    numberItems(vector).set(values.subarray(0, rows));
  else for (let i = 0; i < rows; i++) vector.setItem(i, elementAt(values, i));
  vector.flush();
}

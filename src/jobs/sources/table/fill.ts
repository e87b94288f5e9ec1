/** Fills a table of DuckDB with rows that come one value after the other. */
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBListVector,
  type DuckDBType,
  type DuckDBVector,
} from '@duckdb/node-api';
import { identifier } from '../../../sql/identifiers.ts';
import type { SourceColumn } from './access.ts';

/** Rows that DuckDB takes at a time at most. */
const BLOCK_ROWS = 2048;

export class TableFill {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];
  #chunk: DuckDBDataChunk;
  #vectors: readonly DuckDBVector[];
  #row = 0;

  private constructor(appender: DuckDBAppender, types: readonly DuckDBType[]) {
    this.#appender = appender;
    this.#types = types;
    this.#chunk = DuckDBDataChunk.create(types, BLOCK_ROWS);
    this.#vectors = vectorsOf(this.#chunk);
  }

  /** Makes the temporary table. */
  static async create(
    db: DuckDBConnection,
    table: string,
    columns: readonly SourceColumn[],
  ): Promise<TableFill> {
    const list = columns.map(({ name, type }) => `${identifier(name)} ${type}`);
    await db.run(`create temp table ${identifier(table)} (${list.join(', ')})`);
    const appender = await db.createAppender(table, 'main', 'temp');
    return new TableFill(
      appender,
      columns.map((_, index) => appender.columnType(index)),
    );
  }

  /** Vectors of the current rows, one a column; others after each `next`. Every one must be set at `row`. */
  get vectors(): readonly DuckDBVector[] {
    return this.#vectors;
  }

  /** Where the current row is in the vectors. */
  get row(): number {
    return this.#row;
  }

  /** The current row is complete. */
  next(): void {
    this.#row += 1;
    if (this.#row === BLOCK_ROWS) this.#append();
  }

  /** Appends what is left; nothing can be set afterwards. */
  finish(): void {
    if (this.#row > 0) this.#append();
    this.#appender.closeSync();
  }

  #append(): void {
    for (const vector of this.#vectors) {
      // A list writes all rows of the block: those that were never set hold what was in that memory.
      for (let row = this.#row; vector instanceof DuckDBListVector && row < BLOCK_ROWS; row += 1) {
        vector.setItem(row, null);
      }
      vector.flush();
    }
    this.#chunk.rowCount = this.#row;
    this.#appender.appendDataChunk(this.#chunk);
    this.#chunk = DuckDBDataChunk.create(this.#types, BLOCK_ROWS);
    this.#vectors = vectorsOf(this.#chunk);
    this.#row = 0;
  }
}

const vectorsOf = (chunk: DuckDBDataChunk): DuckDBVector[] =>
  Array.from({ length: chunk.columnCount }, (_, index) => chunk.getColumnVector(index));

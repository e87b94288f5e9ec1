/** Tables and queries as a source, whatever database they are in. */
import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PlimsollError } from '../../../core/errors.ts';
import { identifier } from '../../../sql/identifiers.ts';
import type { Chunk, FrozenInput } from '../../chunk.ts';
import { rawOf } from '../files/raw.ts';
import type { ChunkReader, ChunkRelation, FreezeOptions, JobSource, RowPlace } from '../source.ts';
import { wantedColumn } from '../wanted.ts';
import type { LoadedRows, TableAccess } from './access.ts';
import {
  cutChunks,
  type FrozenTable,
  fromFrozen,
  keyRangeOf,
  surveyRows,
  tallyOf,
  toFrozen,
} from './survey.ts';

export class TableSource implements JobSource {
  readonly #access: TableAccess;

  constructor(access: TableAccess) {
    this.#access = access;
  }

  async items(): Promise<readonly FrozenTable[]> {
    return [{ kind: 'table', path: this.#access.shown, snapshot: {}, digest: '' }];
  }

  async list(): Promise<FrozenInput> {
    return { items: await this.items(), columns: await this.#access.describe(), rows: null };
  }

  /** Hashing cannot be taken up again: another process would see another moment. */
  async freeze({ onProgress, signal }: FreezeOptions): Promise<FrozenInput> {
    const columns = await this.#access.describe();
    onProgress(0, 1);
    const survey = await this.#access.survey(signal);
    onProgress(1, 1);
    const rows = surveyRows(survey);
    if (rows === 0) throw new PlimsollError('INPUT_EMPTY', { path: this.#access.shown });
    const { snapshot, layout } = toFrozen(survey);
    const digest = createHash('sha256')
      .update(JSON.stringify([columns, snapshot, layout]))
      .digest('hex');
    return { items: [{ kind: 'table', path: this.#access.shown, snapshot, layout, digest }], columns, rows };
  }

  async chunks(frozen: FrozenInput, rows: number): Promise<readonly Chunk[]> {
    return cutChunks(fromFrozen(onlyTable(frozen)), 0, rows);
  }

  reader(frozen: FrozenInput, columns: readonly string[]): ChunkReader {
    const survey = fromFrozen(onlyTable(frozen));
    const access = this.#access;
    for (const name of columns) wantedColumn(frozen, name, access.shown);
    let opened = 0;
    return {
      async open(chunk: Chunk, db: DuckDBConnection): Promise<ChunkRelation> {
        const range = keyRangeOf(chunk);
        const wanted = tallyOf(survey, range);
        const table = `source_rows_${++opened}`;
        const drop = () => db.run(`drop table if exists ${identifier(table)}`);
        const loaded = await access.load(range, columns, db, table).catch(async (error) => {
          await drop();
          throw error;
        });
        if (loaded.rows === wanted.rows && loaded.digest === wanted.digest)
          return new TableRelation(db, table, columns, loaded, access.shown);
        await drop();
        throw changed(access.shown, chunk, loaded.rows, wanted.rows);
      },
    };
  }

  close(): Promise<void> {
    return this.#access.close();
  }
}

class TableRelation implements ChunkRelation {
  readonly from: string;
  readonly rows: number;
  readonly unreadable: ChunkRelation['unreadable'];
  readonly #db: DuckDBConnection;
  readonly #columns: readonly string[];
  readonly #path: string;

  constructor(
    db: DuckDBConnection,
    table: string,
    columns: readonly string[],
    loaded: LoadedRows,
    path: string,
  ) {
    this.from = identifier(table);
    this.rows = loaded.rows - loaded.bad.length;
    this.#db = db;
    this.#columns = columns;
    this.#path = path;
    this.unreadable = loaded.bad.map(({ row, column, reason, raw }) => ({
      ...this.#place(row, raw),
      column,
      code: 'type',
      reason,
    }));
  }

  async locate(rows: readonly number[]): Promise<readonly RowPlace[]> {
    if (rows.length === 0) return [];
    // In the order in which it was filled; names cannot collide, whatever they are.
    const numbered = `(select unnest(range(${this.rows}))::integer as n) numbered positional join ${this.from}`;
    const text = `select columns(*) from ${numbered} where numbered.n in (${rows.map(Number).join(', ')})`;
    const cells = (await this.#db.runAndReadAll(text)).getRowsJson();
    const found = new Map(cells.map(([row, ...values]) => [Number(row), this.#raw(values)]));
    return rows.map((row) => this.#place(this.#rowOfRange(row), found.get(row) ?? ''));
  }

  async close(): Promise<void> {
    await this.#db.run(`drop table if exists ${this.from}`);
  }

  #raw(values: readonly unknown[]): string {
    return rawOf(Object.fromEntries(this.#columns.map((name, index) => [name, values[index]])));
  }

  /** Rows of the range are numbered with those that could not be read between them. */
  #rowOfRange(row: number): number {
    let at = row;
    for (const bad of this.unreadable) if (bad.row <= at) at += 1;
    return at;
  }

  #place(row: number, raw: string): RowPlace {
    return { path: this.#path, line: null, offset: null, row, raw };
  }
}

function onlyTable({ items }: FrozenInput): FrozenTable {
  const [item] = items;
  if (item?.kind === 'table') return item;
  throw new PlimsollError('INTERNAL', { action: 'reading a table', reason: 'the frozen input is no table' });
}

function changed(path: string, { from, to }: Chunk, found: number, wanted: number): PlimsollError {
  const keys =
    to === null ? 'without a key' : from === null ? `up to key ${to}` : `after key ${from} up to ${to}`;
  const difference = found === wanted ? `${found} rows, of which some have other values` : `${found} rows`;
  return new PlimsollError('INPUT_CHANGED', {
    path,
    found: `${difference} ${keys}`,
    wanted: `the ${wanted} rows that were frozen`,
  });
}

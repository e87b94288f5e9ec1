/**
 * Parquet and CSV files as columns, a block of rows at a time, in the order of the file and in bounded memory. The types of a
 * table are those of its own file, or those given: then a cell that is not of its column's type is null and counted.
 */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { inputError } from '../../duckdb/errors.ts';
import { type DuckDBSettings, type OpenDuckDB, openDuckDB } from '../../duckdb/open.ts';
import { literal } from '../../sql/identifiers.ts';
import { listColumns, listMeasureCell, sourceColumn } from './list-measures.ts';
import { type TableBlock, tableBlocks } from './table-blocks.ts';
import {
  type FileColumn,
  fileColumnType,
  inferColumnType,
  isInteger,
  type TableCell,
  tableCell,
  typeEvidence,
} from './table-cells.ts';

/** Columns of a file at most. */
const COLUMNS_MAX = 20_000;
/** Rows of which the types of a CSV's columns are told, where it is the one that tells them. */
const EVIDENCE_ROWS = 200_000;
/** How pandas calls the numbers of rows that it writes beside them: no column of the data. */
const ROW_NUMBERS = /^__index_level_\d+__$/;
/** Columns in one query about types. */
const EVIDENCE_COLUMNS = 100;

export interface TabularFile {
  readonly path: string;
  /** Those given, or the file's own. */
  readonly columns: readonly FileColumn[];
  /** Of the columns given, names that the file has not; and those of the file that are not among the given. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  /** Rows in the file; a CSV is read for it. */
  rows(): Promise<number>;
  /** Of all columns, or of those named; what a block has of numbers is overwritten by the next. Errors: INPUT_INVALID. */
  blocks(names?: readonly string[]): AsyncIterable<TableBlock>;
  close(): void;
}

/** Files are read once from begin to end: to keep what was read would only fill the memory up to its limit. */
const SETTINGS: DuckDBSettings = { memoryLimit: '400MB', keepsFiles: false, isUtc: true };

/** Opens a file; `types` null: as it says itself; `measured`: so, with measures instead of lists of numbers. Call `close` in any case. Errors: FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_INVALID. */
export async function openTable(
  path: string,
  types: readonly FileColumn[] | 'measured' | null = null,
): Promise<TabularFile> {
  const scan = scanOf(path);
  const duckdb = await openDuckDB(SETTINGS);
  const { db } = duckdb;
  try {
    const found = await describe(db, path, scan);
    const given = Array.isArray(types) ? (types as readonly FileColumn[]) : null;
    let columns = given ?? (await ownTypes(db, scan, found));
    if (types === 'measured') columns = await measured(db, scan, found, columns);
    return new FileTable(duckdb, { path, scan, found, columns, isOwn: given === null });
  } catch (error) {
    duckdb.close();
    throw inputError(path, error);
  }
}

interface FileColumns {
  readonly path: string;
  readonly scan: Scan;
  /** Name → DuckDB's type. */
  readonly found: ReadonlyMap<string, string>;
  readonly columns: readonly FileColumn[];
  /** The columns were told by this file. */
  readonly isOwn: boolean;
}

class FileTable implements TabularFile {
  readonly #duckdb: OpenDuckDB;
  readonly #file: FileColumns;

  constructor(duckdb: OpenDuckDB, file: FileColumns) {
    this.#duckdb = duckdb;
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  get columns(): readonly FileColumn[] {
    return this.#file.columns;
  }

  get missing(): readonly string[] {
    const { found } = this.#file;
    return this.columns.filter((column) => !found.has(sourceColumn(column))).map(({ name }) => name);
  }

  get extra(): readonly string[] {
    const known = new Set(this.columns.map(sourceColumn));
    return [...this.#file.found.keys()].filter((name) => !known.has(name));
  }

  async rows(): Promise<number> {
    try {
      const counted = await this.#duckdb.db.runAndReadAll(`SELECT count(*) FROM ${this.#file.scan.sql}`);
      return Number(elementAt(counted.getRows(), 0)[0]);
    } catch (error) {
      throw inputError(this.path, error);
    }
  }

  async *blocks(names: readonly string[] = this.columns.map(({ name }) => name)): AsyncIterable<TableBlock> {
    const cells = names.map((name) => this.#cell(name));
    const select = cells.flatMap((cell) =>
      cell === null ? [] : [cell.expression, cell.misfit ?? []].flat(),
    );
    // Without any column rows are counted all the same.
    const query = `SELECT ${select.length === 0 ? '1::UTINYINT' : select.join(', ')} FROM ${this.#file.scan.sql}`;
    try {
      yield* tableBlocks(await this.#duckdb.db.stream(query), cells);
    } catch (error) {
      throw inputError(this.path, error);
    }
  }

  #cell(name: string): TableCell | null {
    const { found, isOwn } = this.#file;
    const wanted = this.columns.find((column) => column.name === name);
    const type = wanted && found.get(sourceColumn(wanted));
    if (wanted === undefined || type === undefined) return null;
    return wanted.list === undefined
      ? tableCell(name, type, wanted.type)
      : listMeasureCell(wanted.list, type, isOwn);
  }

  close(): void {
    this.#duckdb.close();
  }
}

/** How DuckDB reads the file. */
interface Scan {
  readonly sql: string;
  readonly kind: 'parquet' | 'csv';
}

/** Parquet by its first bytes, whatever it is called; all else is CSV with a header. */
function scanOf(path: string): Scan {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new PlimsollError('FILE_NOT_FOUND', { path });
  if (!found.isFile()) throw new PlimsollError('FILE_UNREADABLE', { path, reason: 'it is no file' });
  if (headOf(path) === 'PAR1')
    return { kind: 'parquet', sql: `read_parquet([${literal(path)}], hive_partitioning=false)` };
  // The dialect is looked for, types never are: they are those of the reference.
  const options = 'header=true, all_varchar=true, hive_partitioning=false, max_line_size=8000000';
  return { kind: 'csv', sql: `read_csv([${literal(path)}], ${options})` };
}

function headOf(path: string): string {
  const head = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    return head.toString('latin1', 0, readSync(file, head));
  } finally {
    closeSync(file);
  }
}

async function describe(
  db: DuckDBConnection,
  path: string,
  { sql }: Scan,
): Promise<ReadonlyMap<string, string>> {
  const described = await db.runAndReadAll(`DESCRIBE SELECT * FROM ${sql}`);
  const columns = described.getRows().map(([name, type]) => [String(name), String(type)] as const);
  if (columns.length > COLUMNS_MAX) {
    const problem = `${path}: it has ${columns.length} columns, at most ${COLUMNS_MAX} are read`;
    throw new PlimsollError('INPUT_INVALID', { problem });
  }
  return new Map(columns.filter(([name]) => !ROW_NUMBERS.test(name)));
}

/** Lists of numbers are replaced by their measures, unless these would be called as other columns are. */
async function measured(
  db: DuckDBConnection,
  { sql }: Scan,
  found: ReadonlyMap<string, string>,
  columns: readonly FileColumn[],
): Promise<FileColumn[]> {
  const all: FileColumn[] = [];
  for (const column of columns) {
    const type = found.get(column.name) ?? '';
    const measures = column.type === 'other' ? await listColumns(db, sql, column.name, type) : null;
    const isFree = measures?.every(({ name }) => !found.has(name));
    all.push(...(measures && isFree ? measures : [column]));
  }
  return all;
}

function ownType(name: string, found: string): FileColumn {
  const type = fileColumnType(found);
  return type === 'number' ? { name, type, integer: isInteger(found) } : { name, type };
}

async function ownTypes(
  db: DuckDBConnection,
  { kind, sql }: Scan,
  found: ReadonlyMap<string, string>,
): Promise<FileColumn[]> {
  if (kind === 'parquet') return [...found].map(([name, type]) => ownType(name, type));
  const names = [...found.keys()];
  const columns: FileColumn[] = [];
  for (let at = 0; at < names.length; at += EVIDENCE_COLUMNS) {
    const some = names.slice(at, at + EVIDENCE_COLUMNS);
    const counted = await db.runAndReadAll(
      `SELECT ${some.flatMap(typeEvidence).join(', ')} FROM (SELECT * FROM ${sql} LIMIT ${EVIDENCE_ROWS})`,
    );
    const counts = elementAt(counted.getRows(), 0).map(Number);
    const each = counts.length / some.length;
    some.forEach((name, j) => {
      columns.push({ name, ...inferColumnType(counts.slice(j * each, (j + 1) * each)) });
    });
  }
  return columns;
}

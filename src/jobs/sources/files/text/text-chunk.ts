/** One chunk of a text file as a table of DuckDB: records that can be read become rows, the others are told. */

import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../../../core/element-at.ts';
import { identifier } from '../../../../sql/identifiers.ts';
import type { Chunk } from '../../../chunk.ts';
import type { ChunkRelation, RowPlace, UnreadableCell } from '../../source.ts';
import { TableFill } from '../../table/fill.ts';
import type { FrozenFile, InputColumn } from '../format.ts';
import { changed, readRange } from '../input-file.ts';
import { readLayout } from '../layout.ts';
import { rawText } from '../raw.ts';
import { recordAt, TEXT_LAYOUT } from './marks.ts';

/** Why a record cannot be read. */
export type RecordFault = Pick<UnreadableCell, 'column' | 'code' | 'reason'>;

/** Reads records of the bytes of a chunk, one after the other. */
export interface RecordReader {
  /** Goes over the record that begins at `at`; answers where the next one begins. */
  next(at: number): number;
  /** Whether the line gone over is no record. */
  readonly blank: boolean;
  /** Sets every cell of the record gone over in the current row of `fill`, or answers what is wrong with it. */
  take(fill: TableFill): RecordFault | null;
}

/** Records between two turns of the loop: some milliseconds. */
const TURN_RECORDS = 4096;
/** Tells the tables of one connection from each other. */
let tables = 0;

export interface TextChunkOptions {
  /** Where the file lies. */
  readonly path: string;
  readonly file: FrozenFile;
  readonly chunk: Chunk;
  /** Columns of the relation. */
  readonly columns: readonly InputColumn[];
  readonly parsed: ReadonlyMap<string, string>;
  readonly reader: (bytes: Buffer) => RecordReader;
}

/** Reads the chunk at once. Throws INPUT_CHANGED where it does not hold the records that it held when it was frozen. */
export async function openTextChunk(options: TextChunkOptions, db: DuckDBConnection): Promise<ChunkRelation> {
  const { path, file, chunk, columns, parsed } = options;
  const bytes = await readRange(path, Number(chunk.from), Number(chunk.to));
  const table = `text_${++tables}`;
  const drop = async (): Promise<void> => void (await db.run(`DROP TABLE IF EXISTS ${identifier(table)}`));
  try {
    const fill = await TableFill.create(db, table, columns);
    const records = new TextRecords(bytes, file, chunk);
    await readRecords(bytes, options.reader(bytes), fill, records);
    fill.finish();
    if (chunk.rows !== null && records.count !== chunk.rows) {
      throw changed(path, `${records.count} records from byte ${chunk.from} on`, `${chunk.rows}`);
    }
    const { rows, unreadable } = records;
    const locate = async (wanted: readonly number[]): Promise<RowPlace[]> =>
      wanted.map((row) => records.place(row));
    return { from: identifier(table), parsed, rows, unreadable, locate, close: drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function readRecords(
  bytes: Buffer,
  reader: RecordReader,
  fill: TableFill,
  records: TextRecords,
): Promise<void> {
  const valid = isUtf8(bytes);
  for (let at = 0, turn = 0; at < bytes.length; ) {
    const start = at;
    at = reader.next(start);
    if (reader.blank) continue;
    const encoded = valid || isUtf8(bytes.subarray(start, at));
    const fault = encoded ? reader.take(fill) : NOT_UTF8;
    records.add(start, at, fault);
    if (fault === null) fill.next();
    turn += 1;
    if (turn % TURN_RECORDS === 0) await setImmediate();
  }
}

const NOT_UTF8: RecordFault = {
  column: null,
  code: 'encoding',
  reason: 'expected text in UTF-8, got other bytes',
};

/** Where the records of a chunk are. */
class TextRecords {
  readonly unreadable: UnreadableCell[] = [];
  readonly #bytes: Buffer;
  readonly #file: FrozenFile;
  readonly #offset: number;
  readonly #line: number;
  readonly #firstRecord: number;
  /** First byte of each record, in the chunk. */
  readonly #starts: number[] = [];
  /** Record of each row of the relation. */
  readonly #kept: number[] = [];
  /** Line breaks before a byte, as counted last. */
  #counted = { at: 0, lines: 0 };

  constructor(bytes: Buffer, file: FrozenFile, { from, line = 1 }: Chunk) {
    this.#bytes = bytes;
    this.#file = file;
    this.#offset = Number(from);
    this.#line = line;
    this.#firstRecord = recordAt(readLayout(TEXT_LAYOUT, file.layout), this.#offset);
  }

  get count(): number {
    return this.#starts.length;
  }
  get rows(): number {
    return this.#kept.length;
  }

  add(start: number, end: number, fault: RecordFault | null): void {
    const record = this.#starts.push(start) - 1;
    if (fault === null) this.#kept.push(record);
    else this.unreadable.push({ ...this.#placeOf(record, end), ...fault });
  }

  /** Of a row of the relation. */
  place(row: number): RowPlace {
    const record = elementAt(this.#kept, row);
    return this.#placeOf(record, this.#starts[record + 1] ?? this.#bytes.length);
  }

  /** `end` may lie behind line breaks, or blank lines. */
  #placeOf(record: number, end: number): RowPlace {
    const start = elementAt(this.#starts, record);
    let last = end;
    while (last > start && elementAt(this.#bytes, last - 1) <= 32) last -= 1;
    // White space belongs to the record, but for what ends its last line.
    const lineEnd = this.#bytes.subarray(last, end).findIndex((byte) => byte === 10 || byte === 13);
    const raw = rawText(this.#bytes.subarray(start, lineEnd < 0 ? end : last + lineEnd));
    return {
      path: this.#file.path,
      line: this.#line + this.#linesBefore(start),
      offset: this.#offset + start,
      row: this.#firstRecord + record,
      raw,
    };
  }

  #linesBefore(at: number): number {
    let counted = at < this.#counted.at ? { at: 0, lines: 0 } : this.#counted;
    let { lines } = counted;
    for (let i = counted.at; i < at; i++) if (this.#bytes[i] === 10) lines += 1;
    counted = { at, lines };
    this.#counted = counted;
    return lines;
  }
}

/**
 * CSV as RFC 4180 has it, in UTF-8, with a header. Cells that the model reads are parsed as `predict --input` parses them;
 * all others are the text that is written. It is read here and not by DuckDB, which changes cells (it drops a blank before
 * a quote), takes numbers that `predict` refuses (`1_000`), and cannot say of every bad row where it is.
 */

import { isUtf8 } from 'node:buffer';
import type { DuckDBBooleanVector, DuckDBDoubleVector, DuckDBVector } from '@duckdb/node-api';
import { PlimsollError } from '../../../../core/errors.ts';
import { parseBooleanText } from '../../../../serving/rows/text-values.ts';
import type { TableFill } from '../../table/fill.ts';
import { folderCell } from '../columns.ts';
import type { FrozenFile, InputColumn, TableFormat } from '../format.ts';
import { readRange, stateOf } from '../input-file.ts';
import { readLayout } from '../layout.ts';
import { type TextField, textFieldsOf } from '../text/fields.ts';
import { HEAD_BYTES } from '../text/head.ts';
import { cutText, type TextLayout } from '../text/marks.ts';
import { numberAt } from '../text/number.ts';
import { RecordScanner } from '../text/record-scanner.ts';
import { openTextChunk, type RecordFault, type RecordReader } from '../text/text-chunk.ts';
import { CSV_LAYOUT, type CsvDialect, cellText, dialectOf } from './dialect.ts';
import { CsvRecord } from './record.ts';

type CsvLayout = TextLayout & { readonly dialect: CsvDialect };

export const csv: TableFormat = {
  inspect: async (path) => {
    const { size } = await stateOf(path);
    const head = await readRange(path, 0, Math.min(size, HEAD_BYTES));
    const dialect = dialectOf(head, size <= HEAD_BYTES, path);
    if (!isUtf8(head.subarray(0, dialect.start))) throw invalid(path, 'its header is no text in UTF-8');
    const names = dialect.header.filter((name) => name !== '');
    return {
      columns: names.map((name) => ({ name, type: 'VARCHAR' })),
      layout: null,
      scanner: () => new CsvScanner(path, dialect),
    };
  },
  rows: (layout) => readLayout(CSV_LAYOUT, layout).records,
  cut: (layout, rows) => cutText(readLayout(CSV_LAYOUT, layout), rows),
  open: (path, file, chunk, wanted, db) => {
    const { dialect } = readLayout(CSV_LAYOUT, file.layout);
    const { fields, parsed } = textFieldsOf(wanted);
    const columns = fields.map((field) => columnOf(field, file.path));
    const reader = (bytes: Buffer): RecordReader => new CsvReader(bytes, dialect, fields, file);
    return openTextChunk({ path, file, chunk, columns, parsed, reader }, db);
  },
};

class CsvScanner extends RecordScanner {
  readonly #dialect: CsvDialect;

  constructor(path: string, dialect: CsvDialect) {
    super({ path, start: dialect.start, line: dialect.line, delimiter: dialect.delimiter });
    this.#dialect = dialect;
  }

  override finish(): CsvLayout {
    return { ...super.finish(), dialect: this.#dialect };
  }
}

/** Types of what is read; a list has no spelling in CSV. */
function columnOf({ name, column, type }: TextField, path: string): InputColumn {
  if (type === 'list') {
    throw invalid(
      path,
      `column "${column}" is a list to the model, which CSV cannot hold: write it as JSON Lines or Parquet`,
    );
  }
  return { name, type: type === 'number' ? 'DOUBLE' : type === 'bool' ? 'BOOLEAN' : 'VARCHAR' };
}

/** Sets one wanted cell; answers what is wrong with it. */
type SetCell = (vector: DuckDBVector, row: number) => RecordFault | null;

class CsvReader implements RecordReader {
  readonly #bytes: Buffer;
  readonly #record: CsvRecord;
  readonly #width: number;
  readonly #header: readonly string[];
  readonly #cells: readonly SetCell[];

  constructor(
    bytes: Buffer,
    { delimiter, header }: CsvDialect,
    fields: readonly TextField[],
    file: FrozenFile,
  ) {
    this.#bytes = bytes;
    this.#width = header.length;
    this.#header = header;
    this.#record = new CsvRecord(delimiter, header.length);
    this.#cells = fields.map(({ column: name, type }) => {
      if (Object.hasOwn(file.partition, name)) return this.#constant(folderCell(file, name, type));
      const cell = header.indexOf(name);
      if (cell < 0) throw invalid(file.path, `it lacks column "${name}"`);
      return type === 'number' ? this.#number(cell) : type === 'bool' ? this.#bool(cell) : this.#text(cell);
    });
  }

  get blank(): boolean {
    return this.#record.cells === 0;
  }

  next(at: number): number {
    return this.#record.read(this.#bytes, at, this.#bytes.length);
  }

  take({ vectors, row }: TableFill): RecordFault | null {
    const { cells, misquoted } = this.#record;
    if (misquoted >= 0) {
      const reason = 'expected quotes around the whole cell and doubled within it, got one that is neither';
      return { column: this.#header[misquoted] || null, code: 'quotes', reason };
    }
    if (cells !== this.#width) {
      return { column: null, code: 'row_length', reason: `expected ${this.#width} cells, got ${cells}` };
    }
    for (let j = 0; j < vectors.length; j++) {
      const fault = this.#cells[j]!(vectors[j]!, row);
      if (fault !== null) return fault;
    }
    return null;
  }

  #number(cell: number): SetCell {
    const { starts, ends } = this.#record;
    return (vector, row) => {
      const start = starts[cell]!;
      const end = ends[cell]!;
      const value = start === end ? null : numberAt(this.#bytes, start, end);
      if (value === undefined) return this.#fault(cell, 'number_type', 'a number');
      (vector as DuckDBDoubleVector).setItem(row, Number.isNaN(value) ? null : value);
      return null;
    };
  }

  #bool(cell: number): SetCell {
    return (vector, row) => {
      const text = this.#textOf(cell);
      const value = text === '' ? null : parseBooleanText(text);
      if (value === undefined) return this.#fault(cell, 'bool_type', 'true or false');
      (vector as DuckDBBooleanVector).setItem(row, value);
      return null;
    };
  }

  #text(cell: number): SetCell {
    const { starts, ends } = this.#record;
    return (vector, row) => {
      vector.setItem(row, starts[cell] === ends[cell] ? null : this.#textOf(cell));
      return null;
    };
  }

  #constant(value: string | number | boolean | null): SetCell {
    return (vector, row) => {
      vector.setItem(row, value);
      return null;
    };
  }

  #textOf(cell: number): string {
    return cellText(this.#bytes, this.#record, cell);
  }

  #fault(cell: number, code: string, wanted: string): RecordFault {
    const text = this.#textOf(cell);
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    return { column: this.#header[cell]!, code, reason: `expected ${wanted}, got "${shown}"` };
  }
}

/** Characters of a cell that a reason repeats. */
const SHOWN = 120;

const invalid = (path: string, problem: string): PlimsollError =>
  new PlimsollError('INPUT_INVALID', { problem: `${path}: ${problem}` });

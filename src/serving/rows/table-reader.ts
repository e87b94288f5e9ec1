import { elementAt } from '../../core/element-at.ts';
import type { Batch, ColumnValues } from '../../model/batch.ts';
import type { ColumnSpec } from '../../model/signature.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { type CellReader, type CellValue, cellReader, isFault } from './cell-reader.ts';
import { clipText, describeInput, type InputErrors, type InputLocation } from './input-errors.ts';
import { resized, roomFor } from './room.ts';

/** What a door does with columns that the model does not have. */
export type ExtraColumns = 'error' | 'ignore';

/** What does not change from request to request. */
interface Plan {
  readonly names: readonly string[];
  readonly index: ReadonlyMap<string, number>;
  readonly readers: readonly CellReader[];
}
const plans = new WeakMap<readonly ColumnSpec[], Plan>();

function planOf(columns: readonly ColumnSpec[]): Plan {
  const known = plans.get(columns);
  if (known) return known;
  const names = columns.map((column) => column.name);
  const plan = { names, index: new Map(names.map((name, j) => [name, j])), readers: columns.map(cellReader) };
  plans.set(columns, plan);
  return plan;
}

/** Reads rows of a table, text or label model into a batch, complaining about every cell that does not fit. */
export class TableReader {
  readonly #columns: readonly ColumnSpec[];
  readonly #names: readonly string[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #readers: readonly CellReader[];
  readonly #complaints: InputErrors;
  readonly #extra: ExtraColumns;
  readonly #ignored: readonly boolean[];

  constructor(columns: readonly ColumnSpec[], complaints: InputErrors, extra: ExtraColumns) {
    const { names, index, readers } = planOf(columns);
    this.#columns = columns;
    this.#names = names;
    this.#index = index;
    this.#readers = readers;
    this.#complaints = complaints;
    this.#extra = extra;
    this.#ignored = columns.map((column) => column.ignored === true);
  }

  hasColumn(name: string): boolean {
    return this.#index.has(name);
  }

  holdsColumns(object: Readonly<Record<string, unknown>>): boolean {
    return this.#names.some((name) => Object.hasOwn(object, name) && Array.isArray(object[name]));
  }

  /** Rows as lists in signature order, objects by column name, or bare values where there is one column. */
  rows(rows: readonly unknown[], loc: InputLocation): Batch {
    if (rows.length === 0)
      this.#complaints.fail(loc, { type: 'too_short', msg: 'expected at least one row, got none' });
    const writer = new BatchWriter(this.#columns, rows.length);
    rows.forEach((row, i) => this.#row(row, i, [...loc, i], writer));
    return this.#finish(writer);
  }

  /** One row given without a list around it. */
  row(row: unknown, loc: InputLocation): Batch {
    const writer = new BatchWriter(this.#columns, 1);
    this.#row(row, 0, loc, writer);
    return this.#finish(writer);
  }

  /** Lists of cells in the order of `names`, as `dataframe_split` has them. */
  split(names: readonly unknown[], data: readonly unknown[], loc: InputLocation): Batch {
    const positions = this.#positions(names, [...loc, 'columns']);
    const dataLoc = [...loc, 'data'];
    if (data.length === 0)
      this.#complaints.fail(dataLoc, { type: 'too_short', msg: 'expected at least one row, got none' });
    const writer = new BatchWriter(this.#columns, data.length);
    data.forEach((row, i) => {
      const cells: unknown = Array.isArray(row) || names.length !== 1 ? row : [row];
      if (!this.#isList(cells, names.length, i, [...dataLoc, i])) return;
      positions.forEach((at, j) => this.#cell(cells[at], i, j, [...dataLoc, i], writer));
    });
    return this.#finish(writer);
  }

  /** Lists of cells by column name. */
  columns(lists: Readonly<Record<string, unknown>>, loc: InputLocation): Batch {
    this.#refuseExtra(Object.keys(lists), '', loc);
    const given = this.#names.map((name) => (Object.hasOwn(lists, name) ? lists[name] : undefined));
    const rows = given.find(Array.isArray)?.length ?? 0;
    if (rows === 0)
      this.#complaints.fail(loc, { type: 'too_short', msg: 'expected at least one row, got none' });
    const writer = new BatchWriter(this.#columns, rows);
    this.#names.forEach((name, j) => {
      const list: unknown = given[j];
      const at = [...loc, name];
      if (list === undefined && this.#ignored[j]) {
        for (let i = 0; i < rows; i++) this.#cell(null, i, j, at, writer);
      } else if (list === undefined) this.#absent('', name, Object.keys(lists), at);
      else if (!Array.isArray(list) || list.length !== rows) {
        const msg = `column ${describeInput(name)}: expected a list of ${rows} values, got ${describeInput(list)}`;
        this.#complaints.add(at, { type: 'list_type', msg }, list);
      } else list.forEach((value, i) => this.#cell(value, i, j, at, writer, [...at, i]));
    });
    return this.#finish(writer);
  }

  #finish(writer: BatchWriter): Batch {
    this.#complaints.check();
    return writer.finish();
  }

  #row(row: unknown, i: number, loc: InputLocation, writer: BatchWriter): void {
    if (Array.isArray(row)) {
      if (!this.#isList(row, this.#columns.length, i, loc)) return;
      for (let j = 0; j < row.length; j++) this.#cell(row[j], i, j, loc, writer);
    } else if (typeof row === 'object' && row !== null) {
      this.#object(row as Readonly<Record<string, unknown>>, i, loc, writer);
    } else if (this.#columns.length === 1) {
      this.#cell(row, i, 0, loc, writer, loc);
    } else {
      const msg = `row ${i}: expected an object by column name or a list of ${this.#columns.length} values, got ${describeInput(row)}`;
      this.#complaints.add(loc, { type: 'row_type', msg }, row);
    }
  }

  #object(row: Readonly<Record<string, unknown>>, i: number, loc: InputLocation, writer: BatchWriter): void {
    const keys = Object.keys(row);
    this.#refuseExtra(keys, `row ${i}: `, loc);
    this.#names.forEach((name, j) => {
      if (Object.hasOwn(row, name)) this.#cell(row[name], i, j, loc, writer);
      else if (this.#ignored[j]) this.#cell(null, i, j, loc, writer);
      else this.#absent(`row ${i}, `, name, keys, [...loc, name]);
    });
  }

  #cell(
    value: unknown,
    i: number,
    j: number,
    rowLoc: InputLocation,
    writer: BatchWriter,
    cellLoc?: InputLocation,
  ): void {
    const cell = this.#readers[j]!(value);
    if (isFault(cell)) {
      const name = elementAt(this.#names, j);
      const msg = `row ${i}, column ${describeInput(name)}: ${cell.msg}`;
      this.#complaints.add(cellLoc ?? [...rowLoc, name], { type: cell.type, msg }, value);
    } else writer.set(i, j, cell);
  }

  #isList(row: unknown, width: number, i: number, loc: InputLocation): row is unknown[] {
    if (Array.isArray(row) && row.length === width) return true;
    const msg = `row ${i}: expected a list of ${width} values, got ${describeInput(row)}`;
    this.#complaints.add(loc, { type: 'row_length', msg }, row);
    return false;
  }

  #absent(where: string, name: string, keys: readonly string[], loc: InputLocation): void {
    const strangers = this.#complaints.suggests ? keys.filter((key) => !this.#index.has(key)) : [];
    const near = didYouMean(name, strangers).replace('did you mean', 'is it misspelt as');
    const msg = `${where}column ${describeInput(name)}: absent${near || '; send null for a missing value'}`;
    this.#complaints.add(loc, { type: 'missing', msg });
  }

  #refuseExtra(keys: readonly string[], where: string, loc: InputLocation): void {
    if (this.#extra === 'ignore') return;
    for (const key of keys) {
      if (this.#index.has(key)) continue;
      const near = this.#complaints.suggests ? didYouMean(key, this.#names) : '';
      const msg = `${where}column ${describeInput(key)}: the model has no such column${near}`;
      this.#complaints.add([...loc, clipText(key)], { type: 'extra_forbidden', msg });
    }
  }

  /** Where each column of the signature stands among `names`. */
  #positions(names: readonly unknown[], loc: InputLocation): readonly number[] {
    const where = new Map<unknown, number>(names.map((name, at) => [name, at]));
    if (where.size < names.length) {
      const twice = names.find((name, at) => where.get(name) !== at);
      this.#complaints.fail(loc, {
        type: 'duplicate_column',
        msg: `column ${describeInput(twice)}: given twice`,
      });
    }
    const keys = names.map(String);
    this.#refuseExtra(keys, '', loc);
    this.#names.forEach((name, j) => {
      if (!where.has(name) && !this.#ignored[j]) this.#absent('', name, keys, loc);
    });
    this.#complaints.check();
    // An ignored column that is absent reads past the end of each row: nothing is there, and nothing is wanted.
    return this.#names.map((name) => where.get(name) ?? names.length);
  }
}

/** Builds a batch: a matrix where every column is a number, else a list of columns. Grows as cells arrive. */
class BatchWriter {
  readonly #rows: number;
  readonly #width: number;
  #room: number;
  #matrix: Float64Array | null;
  readonly #columns: (Float64Array | (string | null)[])[];

  constructor(columns: readonly ColumnSpec[], rows: number) {
    this.#rows = rows;
    this.#width = columns.length;
    this.#room = roomFor(0, rows);
    const numeric = columns.every((column) => column.type !== 'string');
    this.#matrix = numeric ? new Float64Array(this.#room * columns.length) : null;
    this.#columns = numeric
      ? []
      : columns.map(({ type }) => (type === 'string' ? [] : new Float64Array(this.#room)));
  }

  set(i: number, j: number, cell: CellValue): void {
    if (i >= this.#room) this.#grow();
    if (this.#matrix) this.#matrix[i * this.#width + j] = cell as number;
    else (this.#columns[j] as CellValue[])[i] = cell;
  }

  #grow(): void {
    this.#room = roomFor(this.#room, this.#rows);
    if (this.#matrix) this.#matrix = resized(this.#matrix, this.#room * this.#width);
    this.#columns.forEach((column, j) => {
      if (column instanceof Float64Array) this.#columns[j] = resized(column, this.#room);
    });
  }

  finish(): Batch {
    if (this.#matrix) return { kind: 'matrix', rows: this.#rows, width: this.#width, data: this.#matrix };
    return { kind: 'table', rows: this.#rows, columns: this.#columns as readonly ColumnValues[] };
  }
}

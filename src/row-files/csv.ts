import { CsvError, parse } from 'csv-parse/sync';
import { PlimsollError } from '../core/errors.ts';
import type { ColumnSpec, Signature } from '../model/signature.ts';
import { parseBooleanText, parseNumberText } from '../serving/rows/text-values.ts';

type Cell = number | string | boolean | null;
type Records = readonly (readonly string[])[];

/**
 * CSV text as a `/predict` body. The first line is a header if it names the model's columns (any order); an empty
 * cell is missing; numbers and booleans are parsed as the signature says. `id` is a column beside the model's: of a model that knows
 * no names the others are then its columns, in their order. Throws INPUT_INVALID with line and column.
 */
export function csvFileToBody(
  text: string,
  signature: Signature,
  path: string,
  id: string | null = null,
): unknown {
  return bodyOf(new CsvFile(parsed(text, path), path), signature, id);
}

/** A record of a file of CSV, with the line that it begins on. */
export interface PlacedRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Whether the first record of a file is a header, by the same rule. */
export const isCsvHeader = (
  first: PlacedRecord,
  signature: Signature,
  path: string,
  id: string | null,
): boolean => {
  const file = new CsvFile([first.cells], path);
  return file.header(columnsFor(file, signature), id) !== null;
};

/** The same of some records of a file, the first one in front. */
export const csvRecordsToBody = (
  records: readonly PlacedRecord[],
  signature: Signature,
  path: string,
  id: string | null,
): unknown =>
  bodyOf(
    new CsvFile(
      records.map(({ cells }) => cells),
      path,
      records.map(({ line }) => line),
    ),
    signature,
    id,
  );

function parsed(text: string, path: string): Records {
  try {
    return parse(text, { bom: true, relax_column_count: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PlimsollError('INPUT_INVALID', { problem: `${path}: ${error.message}` });
  }
}

const columnsFor = (file: CsvFile, signature: Signature): readonly ColumnSpec[] =>
  signature.form === 'tensors' ? file.madeUpColumns() : signature.columns;

function bodyOf(file: CsvFile, signature: Signature, id: string | null): unknown {
  const columns = columnsFor(file, signature);
  const header = file.header(columns, id);
  const order = header ?? columns.map((column) => column.name);
  const data = file.rows(order, columns, header ? 1 : 0);
  if (signature.form === 'table') return { dataframe_split: { columns: order, data } };
  if (id !== null) return { dataframe_split: { columns: order, data } };
  return { instances: signature.form === 'tensors' ? data : data.map((row) => row[0]) };
}

class CsvFile {
  readonly #path: string;
  readonly #records: Records;
  readonly #first: readonly string[];
  /** Of each record, where they are not all records of the file. */
  readonly #lines: readonly number[] | null;

  constructor(records: Records, path: string, lines: readonly number[] | null = null) {
    this.#path = path;
    this.#records = records;
    this.#lines = lines;
    const [first] = records;
    if (first === undefined)
      throw new PlimsollError('INPUT_INVALID', { problem: `${path}: the file is empty` });
    this.#first = first;
  }

  /** Number columns as wide as the first line, for models whose input is a tensor. */
  madeUpColumns(): readonly ColumnSpec[] {
    return this.#first.map((_, j) => ({ name: `x${j}`, named: false, type: 'number', nullable: true }));
  }

  /** Column names in file order, or null where the first line already is a row. */
  header(columns: readonly ColumnSpec[], id: string | null): readonly string[] | null {
    const first = this.#first;
    const names = new Set(columns.map((column) => column.name));
    if (id !== null && first.includes(id) && !columns.some(({ named }) => named))
      return numbered(first, columns, id);
    if (!first.some((cell) => names.has(cell))) {
      this.#refuseForeignHeader(first, columns);
      return null;
    }
    if (first.includes('') && !names.has('')) {
      throw this.#bad(0, 'a column has no name (pandas writes its index so: use to_csv(index=False))');
    }
    return first;
  }

  rows(order: readonly string[], columns: readonly ColumnSpec[], start: number): Cell[][] {
    const byName = new Map(columns.map((column) => [column.name, column]));
    const cells = order.map((name) => ({ name, spec: byName.get(name) }));
    const rows: Cell[][] = [];
    for (const [i, record] of this.#records.entries()) {
      if (i < start) continue;
      if (order.length > 1 && record.length === 1 && record[0] === '') continue; // a blank line
      if (record.length !== order.length) {
        throw this.#bad(i, `expected ${order.length} cells, got ${record.length}`);
      }
      rows.push(cells.map(({ name, spec }, j) => this.#value(record[j] ?? '', spec, i, name)));
    }
    return rows;
  }

  #value(cell: string, spec: ColumnSpec | undefined, record: number, column: string): Cell {
    if (cell === '') return null;
    if (!spec || spec.ignored || spec.type === 'string') return cell;
    const value = spec.type === 'bool' ? parseBooleanText(cell) : parseNumberText(cell);
    if (value === undefined) {
      const wanted = spec.type === 'bool' ? 'true or false' : 'a number';
      throw this.#bad(record, `expected ${wanted}, got "${cell}"`, column);
    }
    return Number.isNaN(value) ? null : value;
  }

  /** A first line of words where the model takes numbers is a header that fits nothing: say that, not "no number". */
  #refuseForeignHeader(first: readonly string[], columns: readonly ColumnSpec[]): void {
    if (columns.some((column) => column.type === 'string' || column.ignored)) return;
    if (first.some((cell) => cell === '' || parseNumberText(cell) !== undefined)) return;
    const wanted = columns.some((column) => column.named)
      ? `the model's columns are ${quoted(columns.map((column) => column.name))}`
      : 'the model knows no column names: leave the header line out';
    throw this.#bad(0, `expected numbers, got ${quoted(first)}; ${wanted}`);
  }

  #bad(record: number, problem: string, column?: string): PlimsollError {
    const place = column === undefined ? '' : `, column "${column}"`;
    return new PlimsollError('INPUT_INVALID', {
      problem: `${this.#path} line ${this.#line(record)}${place}: ${problem}`,
    });
  }

  /** Line on which a record begins: quoted cells before it may hold line breaks. */
  #line(record: number): number {
    const known = this.#lines?.[record];
    if (known !== undefined) return known;
    const breaks = this.#records.slice(0, record).flat().join('').split('\n').length - 1;
    return 1 + record + breaks;
  }
}

/** Names of the model's columns, which it made up, around the id that a header names. */
function numbered(first: readonly string[], columns: readonly ColumnSpec[], id: string): readonly string[] {
  let next = 0;
  return first.map((cell) => (cell === id ? id : (columns[next++]?.name ?? cell)));
}

const QUOTED_MAX = 10;
const quoted = (names: readonly string[]): string => {
  const shown = names.slice(0, QUOTED_MAX).map((name) => `"${name}"`);
  return [...shown, ...(names.length > QUOTED_MAX ? [`… ${names.length - QUOTED_MAX} more`] : [])].join(', ');
};

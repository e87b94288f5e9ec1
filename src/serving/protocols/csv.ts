import { CsvError, parse } from 'csv-parse/sync';
import { elementAt } from '../../core/element-at.ts';
import { messageOf } from '../../core/error-text.ts';
import type { ColumnSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { InputErrors } from '../rows/input-errors.ts';
import type { JsonValue } from '../rows/outputs-to-json.ts';
import { parseBooleanText, parseNumberText } from '../rows/text-values.ts';

type Records = readonly (readonly string[])[];
type Cell = string | number | boolean | null;

/** Lines of cells. Throws INPUT_INVALID. */
export function parseCsv(text: string): Records {
  try {
    const records = parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: false,
    });
    // A blank line is a missing cell only where a row has one.
    return records.filter((record) => record.length > 1 || record[0] !== '' || records[0]?.length === 1);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return new InputErrors().fail(['body'], {
      type: 'csv_invalid',
      msg: `body: expected CSV: ${error.message}`,
    });
  }
}

/**
 * Records as a body of JSON. The first one is a header if its cells are the model's column names, in any order and with
 * others among them; an empty cell is a missing value, and what a number column cannot read stays a text, for the reader
 * of rows to complain about.
 */
export function csvBodyRows(records: Records, signature: Signature): unknown {
  const [first = []] = records;
  if (signature.form === 'tensors') return { instances: tensorRows(records, signature.tensors) };
  const columns = signature.open ? first.map(numberColumn) : signature.columns;
  const isHeader = isHeaderOf(columns, first);
  const names = isHeader ? first : columns.map(({ name }) => name);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const specs = names.map((name) => byName.get(name));
  const data = records
    .slice(isHeader ? 1 : 0)
    .map((record) => record.map((cell, j) => cellOf(cell, specs[j])));
  return isHeader && !signature.open ? { dataframe_split: { columns: names, data } } : { instances: data };
}

const numberColumn = (_: string, j: number): ColumnSpec => ({
  name: `x${j}`,
  named: false,
  type: 'number',
  nullable: true,
});

function isHeaderOf(columns: readonly ColumnSpec[], first: readonly string[]): boolean {
  const names = new Set(columns.map(({ name }) => name));
  const given = new Set(first);
  const wanted = columns.filter(({ ignored }) => ignored !== true);
  const hasAll = wanted.length > 0 && wanted.every(({ name }) => given.has(name));
  return hasAll || first.every((cell) => names.has(cell));
}

function cellOf(cell: string, spec: ColumnSpec | undefined): Cell {
  if (cell === '') return null;
  if (spec === undefined || spec.ignored || spec.type === 'string') return cell;
  const value = spec.type === 'bool' ? parseBooleanText(cell) : parseNumberText(cell);
  if (value === undefined) return cell;
  return Number.isNaN(value) ? null : value;
}

/**
 * The cells of the one input of a graph, in the order of its elements; of several that have one value a row each, like those
 * of a graph with an input a column. Others have no spelling in CSV.
 */
function tensorRows(records: Records, specs: readonly TensorSpec[]): readonly unknown[] {
  const [spec, second] = specs;
  if (spec !== undefined && second === undefined) return records.map((record) => tensorCells(record, spec));
  const [first = []] = records;
  const byName = new Map(specs.map((each) => [each.name, each]));
  const isHeader = specs.every(({ name }) => first.includes(name));
  const order = isHeader ? first.map((name) => byName.get(name)) : specs;
  if (!specs.every(({ shape }) => shape.slice(1).every((size) => size === 1))) {
    const msg = `body: the model has ${specs.length} inputs, which CSV cannot tell apart: send JSON`;
    return new InputErrors().fail(['body'], { type: 'csv_invalid', msg });
  }
  return records.slice(isHeader ? 1 : 0).map((record, i) => {
    if (record.length !== order.length) {
      const msg = `row ${i}: expected ${order.length} values, got ${record.length}`;
      return new InputErrors().fail(['body', i], { type: 'row_length', msg });
    }
    return Object.fromEntries(
      order.flatMap((each, j) =>
        each === undefined ? [] : [[each.name, tensorCells([elementAt(record, j)], each)]],
      ),
    );
  });
}

function tensorCells(record: readonly string[], { dtype, shape }: TensorSpec): unknown {
  const cells = record.map((cell) => {
    if (dtype === 'string') return cell;
    if (cell === '') return null;
    return (dtype === 'bool' ? parseBooleanText(cell) : parseNumberText(cell)) ?? cell;
  });
  return nested(cells, shape.slice(1));
}

/** Cells in lists of lists; at most one dimension may be free. What does not fit stays flat, to be complained about. */
function nested(cells: readonly unknown[], shape: readonly number[]): unknown {
  const known = shape.reduce((size, n) => (n > 0 ? size * n : size), 1);
  const sizes = shape.map((n) => (n < 0 ? cells.length / known : n));
  const isWhole = sizes.every(Number.isInteger) && sizes.reduce((a, b) => a * b, 1) === cells.length;
  if (!isWhole) return cells;
  if (sizes.length === 0) return cells[0];
  return sizes
    .slice(1)
    .reduceRight<readonly unknown[]>(
      (items, size) =>
        Array.from({ length: items.length / size }, (_, k) => items.slice(k * size, (k + 1) * size)),
      cells,
    );
}

/** A line a row, its values side by side; a missing number is an empty cell. */
export function csvOf(values: readonly JsonValue[]): string {
  return values.map((value) => `${flat(value).map(quoted).join(',')}\n`).join('');
}

function flat(value: JsonValue): readonly JsonValue[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(flat);
}

function quoted(value: JsonValue): string {
  if (value === null) return '';
  const text = typeof value === 'number' ? jsonText(value) : String(value);
  return /[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One JSON document a line, each a row. Throws INPUT_INVALID naming the line. */
export function parseJsonLines(text: string, parseLine: (line: string) => unknown): readonly unknown[] {
  const rows: unknown[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    try {
      rows.push(parseLine(line));
    } catch (error) {
      const msg = `line ${i + 1}: ${messageOf(error).replace(/^body: /, '')}`;
      new InputErrors().fail(['body', i], { type: 'json_invalid', msg });
    }
  });
  return rows;
}

export const jsonLinesOf = (values: readonly JsonValue[]): string =>
  values.map((value) => `${jsonText(value)}\n`).join('');

/** `JSON.stringify`, with the sign of zeros. */
function jsonText(value: JsonValue): string {
  if (Object.is(value, -0)) return '-0.0';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  const entries = Object.entries(value);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`;
}

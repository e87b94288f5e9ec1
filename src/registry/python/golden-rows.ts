import { elementAt } from '../../core/element-at.ts';
import { isRecord } from '../../core/record.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { ENVELOPES } from '../../serving/rows/decode.ts';

/** What golden rows tell about the rows that a model takes, where nothing else does. Pure. */

/** Rows of a body, as JSON: lists, objects by column name, or bare values. */
export function goldenRowsIn(input: unknown): readonly unknown[] {
  const object = isRecord(input) ? input : {};
  const envelope = ENVELOPES.find((key) => Object.hasOwn(object, key));
  const body = envelope === undefined ? input : object[envelope];
  if (Array.isArray(body)) return body;
  if (!isRecord(body)) return [body];
  const { data, columns } = body;
  if (envelope === 'dataframe_split' && Array.isArray(data))
    return Array.isArray(columns) ? data.map((row) => named(columns, row)) : data;
  const entries = Object.entries(body);
  const lists = entries.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const [first] = lists;
  if (first === undefined || lists.length < entries.length) return [body];
  return first[1].map((_, i) => Object.fromEntries(lists.map(([name, list]) => [name, list[i]])));
}

const named = (columns: readonly unknown[], row: unknown): unknown =>
  Array.isArray(row) ? Object.fromEntries(columns.map((name, i) => [String(name), row[i]])) : row;

const COLUMNS_MAX = 100_000;

/** Columns and their types as the rows have them; null where they are no rows of a table. */
export function signatureOfRows(input: unknown): Signature | null {
  const rows = goldenRowsIn(input);
  const [first] = rows;
  const outside = { outputs: [], classes: null };
  if (rows.every((row) => typeof row === 'string'))
    return { form: 'text', columns: [columnOf('text', false, rows)], ...outside };
  const keys = isRecord(first) ? Object.keys(first) : null;
  const width = keys?.length ?? (Array.isArray(first) ? first.length : 1);
  if (first === undefined || width === 0 || width > COLUMNS_MAX) return null;
  const columns = Array.from({ length: width }, (_, j) => {
    const cells = rows.map((row) => cellOf(row, keys, j));
    return columnOf(keys?.[j] ?? `x${j}`, keys !== null, cells);
  });
  return { form: 'table', columns, ...outside };
}

function cellOf(row: unknown, keys: readonly string[] | null, index: number): unknown {
  if (keys !== null) return isRecord(row) ? row[elementAt(keys, index)] : undefined;
  return Array.isArray(row) ? row[index] : row;
}

function columnOf(name: string, isNamed: boolean, cells: readonly unknown[]): ColumnSpec {
  const there = cells.filter((cell) => cell !== null && cell !== undefined);
  const type = there.some((cell) => typeof cell === 'string')
    ? 'string'
    : there.length > 0 && there.every((cell) => typeof cell === 'boolean')
      ? 'bool'
      : 'number';
  return { name, named: isNamed, type, nullable: true };
}

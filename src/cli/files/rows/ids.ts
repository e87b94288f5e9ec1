import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import type { Signature } from '../../../model/signature.ts';
import type { FlatColumn } from '../../../scorer/flatten.ts';
import { ENVELOPES } from '../../../serving/rows/decode.ts';

/** A column of a file that says which row is which: it is kept for the answers, and no part of what a model takes. Pure. */

type Id = string | number | null;

interface RowsWithIds {
  readonly body: unknown;
  readonly ids: readonly Id[];
}

const refuse = (problem: string): PlimsollError => new PlimsollError('INPUT_INVALID', { problem });

/** Rows and ids of a body; without `id` the body as it is. A column that the model takes too stays where it is. */
export function separateIds(
  body: unknown,
  id: string | null,
  signature: Signature,
): { readonly body: unknown; readonly ids: readonly Id[] | null } {
  if (id === null) return { body, ids: null };
  return takeIds(body, id, signature.form !== 'tensors' && signature.columns.some(({ name }) => name === id));
}

/**
 * Takes the column `id` out of a /predict body, in whichever form its rows are. A column that the model takes too (`kept`)
 * stays. Throws INPUT_INVALID where rows lack it.
 */
function takeIds(body: unknown, id: string, kept: boolean): RowsWithIds {
  if (Array.isArray(body)) return fromRows(body, id, kept);
  if (!isRecord(body)) throw refuse(`no row has the column "${id}"`);
  const envelope = ENVELOPES.find((key) => Object.hasOwn(body, key) && key !== id);
  if (envelope !== undefined) {
    const inner =
      envelope === 'dataframe_split'
        ? fromSplit(body[envelope], id, kept)
        : takeIds(body[envelope], id, kept);
    return { body: { ...body, [envelope]: inner.body }, ids: inner.ids };
  }
  const list = Object.hasOwn(body, id) ? body[id] : undefined;
  if (Array.isArray(list)) return { body: kept ? body : without(body, id), ids: list.map(idOf) };
  const { body: rows, ids } = fromRows([body], id, kept);
  return { body: rows, ids };
}

function fromRows(rows: readonly unknown[], id: string, kept: boolean): RowsWithIds {
  const ids = rows.map((row, i) => {
    if (!isRecord(row) || !Object.hasOwn(row, id)) throw refuse(`row ${i} has no column "${id}"`);
    return idOf(row[id]);
  });
  return { body: kept ? rows : rows.map((row) => (isRecord(row) ? without(row, id) : row)), ids };
}

function fromSplit(split: unknown, id: string, kept: boolean): RowsWithIds {
  const { columns, data } = isRecord(split) ? split : {};
  const at = Array.isArray(columns) ? columns.indexOf(id) : -1;
  if (at < 0 || !Array.isArray(columns) || !Array.isArray(data)) throw refuse(`there is no column "${id}"`);
  const rows = data.map((row) => (Array.isArray(row) ? row : []));
  const ids = rows.map((row) => idOf(row[at]));
  const cut = (cells: readonly unknown[]): readonly unknown[] => cells.filter((_, j) => j !== at);
  return { body: kept ? split : { columns: cut(columns), data: rows.map(cut) }, ids };
}

const without = (row: Readonly<Record<string, unknown>>, id: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== id));

const idOf = (value: unknown): Id =>
  value === null || value === undefined ? null : typeof value === 'number' ? value : String(value);

/** The ids as the first column of the answers. Throws USAGE where an answer is called the same. */
export function withIdColumn(
  columns: readonly FlatColumn[],
  id: string,
  ids: readonly Id[],
): readonly FlatColumn[] {
  if (columns.some(({ name }) => name === id))
    throw new PlimsollError('USAGE', {
      reason: `--id "${id}" is the name of an answer too`,
      command: 'predict',
    });
  const numbers = ids.filter((one) => typeof one === 'number');
  const column: FlatColumn =
    numbers.length === ids.length
      ? { name: id, type: 'number', values: Float64Array.from(numbers) }
      : { name: id, type: 'string', values: ids.map((one) => (one === null ? '' : String(one))) };
  return [column, ...columns];
}

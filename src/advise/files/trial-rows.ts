/** Rows that a model answers, each with a key: what a job is tried with. Pure. */
import { isRecord } from '../../core/record.ts';
import type { Signature } from '../../model/signature.ts';
import { csvCell } from '../../text/csv.ts';

export interface TrialRows {
  /** Column that names a row: none that the model reads. */
  readonly key: string;
  /** Rows that the model answers, with the key; null where a row of this model is no row of a table. */
  readonly rows: readonly Row[] | null;
}

type Row = Readonly<Record<string, unknown>>;

const COUNT = 3;

/** `example` is a row that the model accepts, as its manifest has it: an object, a list, or a bare value. */
export function trialRows(signature: Signature, example: unknown): TrialRows {
  const cells = cellsOf(signature, example);
  const key = keyBeside(namesOf(signature));
  if (cells === null) return { key, rows: null };
  return { key, rows: Array.from({ length: COUNT }, (_, i) => ({ [key]: String(i + 1), ...cells })) };
}

export const jsonLines = (rows: readonly Row[]): string => linesOf(rows.map((row) => JSON.stringify(row)));

/** Null where a cell is a list: CSV has none. */
export function csvLines(rows: readonly Row[]): string | null {
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((name) => row[name] ?? null));
  if (cells.flat().some((cell) => typeof cell === 'object' && cell !== null)) return null;
  const texts = [columns, ...cells.map((row) => row.map((cell) => (cell === null ? null : String(cell))))];
  return linesOf(texts.map((row) => row.map((text) => csvCell(text)).join(',')));
}

const linesOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

const KEYS = ['id', 'row_id', 'plimsoll_row_id'];

/** Databases do not tell `ID` from `id`. */
function keyBeside(names: readonly string[]): string {
  const taken = new Set(names.map((name) => name.toLowerCase()));
  return KEYS.find((key) => !taken.has(key)) ?? `key_of_${taken.size}_columns`;
}

const namesOf = (signature: Signature): readonly string[] =>
  (signature.form === 'tensors' ? signature.tensors : signature.columns).map(({ name }) => name);

/** Cells by the names of the columns that a job finds them by. */
function cellsOf(signature: Signature, example: unknown): Row | null {
  const names = namesOf(signature);
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length || names.length === 0) return null;
  // Of more dimensions than a list of numbers a cell is none of a table.
  if (signature.form === 'tensors' && signature.tensors.some(({ shape }) => shape.length > 2)) return null;
  if (isRecord(example)) return example;
  const [name = ''] = names;
  if (names.length === 1) {
    const isColumn = signature.form !== 'tensors' && Array.isArray(example);
    return { [name]: isColumn ? example[0] : example };
  }
  if (!Array.isArray(example) || example.length !== names.length) return null;
  return Object.fromEntries(names.map((column, i) => [column, example[i]]));
}

/** Rows as they are logged, as they are sent, and as they are in the address. Pure. */
import type { SignatureColumn } from '../../api/served.ts';

export type RowCells = Readonly<Record<string, unknown>>;

interface RowSignature {
  readonly form: string;
  readonly columns?: readonly SignatureColumn[];
}

/** A row as every door takes it: of a table its cells in the order of the columns, of one column the bare cell. */
export function rowToSend({ form, columns = [] }: RowSignature, cells: RowCells): unknown {
  const sent = columns.map((column) => cellToSend(column, cells[column.name]));
  return form === 'table' ? sent : sent[0];
}

/** The log has booleans as numbers. */
const cellToSend = ({ type }: SignatureColumn, cell: unknown): unknown =>
  type === 'bool' && typeof cell === 'number' ? cell === 1 : (cell ?? null);

/** Cells by column, of a row that a model gives as its example; null where a row has no columns. */
export function cellsOfExample({ columns = [] }: RowSignature, example: unknown): RowCells | null {
  if (columns.length === 0) return null;
  if (Array.isArray(example)) return Object.fromEntries(columns.map(({ name }, k) => [name, example[k]]));
  if (typeof example === 'object' && example !== null) return example as RowCells;
  return columns.length === 1 ? { [columns[0]?.name ?? '']: example } : null;
}

/** Cells that differ from those of another row. */
export const changedCells = (cells: RowCells, before: RowCells): RowCells =>
  Object.fromEntries(
    Object.entries(cells).filter(([name, cell]) => !Object.is(cell ?? null, before[name] ?? null)),
  );

/** Cells out of the address: none where there are none. */
export function cellsOfText(text: string): RowCells {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as RowCells) : {};
  } catch {
    return {};
  }
}

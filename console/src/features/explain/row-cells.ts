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

import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';

/** Refuses rows that the signature does not accept; a graph would answer something all the same. */
export type BatchGuard = (batch: Batch) => void;

type Cell = string | number | boolean | null;
/** What is wrong with a cell, or null. */
type Check = (cell: Cell) => string | null;

/**
 * Checks rows against the columns of a signature: their number, missing cells, magnitudes, unknown categories.
 *
 * @throws (the guard) INPUT_INVALID naming row and column
 */
export function createGuard(signature: Signature): BatchGuard {
  if (signature.form === 'tensors') return () => undefined;
  const { columns, open } = signature;
  const checks = columns.map((column, index) => ({ index, name: column.name, check: checkOf(column) }));
  const needed = checks.filter(({ check }) => check !== null);
  return (batch) => {
    if (batch.kind === 'tensors') return;
    const found = batch.kind === 'matrix' ? batch.width : batch.columns.length;
    if (!open && found !== columns.length) {
      const problem = `rows: expected ${columns.length} columns, got ${found}`;
      throw new PlimsollError('INPUT_INVALID', { problem });
    }
    for (const { index, name, check } of needed) checkColumn(batch, index, name, check!);
  };
}

/** null where every cell will do. */
function checkOf(column: ColumnSpec): Check | null {
  const { nullable, categories, unknown, largest = Number.POSITIVE_INFINITY, ignored } = column;
  if (ignored) return null;
  const known =
    unknown === 'error' && categories !== undefined ? new Set<Cell>(categories.map(numeric)) : null;
  if (nullable && known === null && largest === Number.POSITIVE_INFINITY) return null;
  return (cell) => {
    if (cell === null || Number.isNaN(cell)) {
      return nullable || known?.has(null) ? null : 'expected a value, got null';
    }
    if (typeof cell === 'number' && Math.abs(cell) > largest)
      return `expected a number up to ${largest}, got ${cell}`;
    return known === null || known.has(cell)
      ? null
      : `expected a known category, got ${JSON.stringify(cell)}`;
  };
}

/** Booleans are numbers in a batch. */
const numeric = (category: Cell): Cell => (typeof category === 'boolean' ? Number(category) : category);

type Rows = Exclude<Batch, { kind: 'tensors' }>;

function checkColumn(batch: Rows, index: number, column: string, check: Check): void {
  const [data, stride, start] =
    batch.kind === 'matrix' ? [batch.data, batch.width, index] : [batch.columns[index] ?? [], 1, 0];
  for (let row = 0; row < batch.rows; row += 1) {
    const problem = check(data[start + row * stride] ?? null);
    if (problem === null) continue;
    const details = { problem: `row ${row}, column "${column}": ${problem}`, row, column };
    throw new PlimsollError('INPUT_INVALID', details);
  }
}

/** What is wrong with the rows of a frame, and the rows that remain. Pure. */
import type { CellFault } from '../serving/rows/input-errors.ts';
import type { RowRefusal } from './scorer.ts';

/** Collects the faults of cells: a row is refused with the first one, in the order of the columns. */
export class RowFaults {
  readonly #first = new Map<number, { readonly column: string; readonly fault: CellFault; more: number }>();

  get size(): number {
    return this.#first.size;
  }

  add(row: number, column: string, fault: CellFault): void {
    const first = this.#first.get(row);
    if (first === undefined) this.#first.set(row, { column, fault, more: 0 });
    else first.more++;
  }

  /** In row order. */
  refusals(): RowRefusal[] {
    const entries = [...this.#first].sort(([a], [b]) => a - b);
    return entries.map(([row, { column, fault, more }]) => {
      const reason = more > 0 ? `${fault.msg} (and ${more} more)` : fault.msg;
      return { row, outcome: 'rejected', code: fault.type, column, reason };
    });
  }

  /** The rows without a fault, in order; null where that is all of them. */
  remaining(rows: number): Int32Array | null {
    if (this.#first.size === 0) return null;
    const rest = new Int32Array(rows - this.#first.size);
    for (let row = 0, k = 0; row < rows; row++) if (!this.#first.has(row)) rest[k++] = row;
    return rest;
  }
}

/** Moves the rows that remain to the front of a row-major matrix. */
export function compactMatrix(matrix: Float64Array, width: number, remaining: Int32Array): void {
  remaining.forEach((row, k) => {
    if (row !== k) matrix.copyWithin(k * width, row * width, (row + 1) * width);
  });
}

/** The elements of the rows that remain, each row `width` long. */
export function compactElements<T>(elements: readonly T[], width: number, remaining: Int32Array): T[] {
  const rest: T[] = [];
  for (const row of remaining) for (let k = 0; k < width; k++) rest.push(elements[row * width + k]!);
  return rest;
}

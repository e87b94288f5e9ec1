/** Frames of JSON cells, for tests. Pure. */
import type { ColumnFrame, ColumnVector } from '../frame.ts';

/** A column of cells as a source would give it: all numbers, all 64-bit integers, all booleans, else texts or lists. */
function vectorOf(cells: readonly unknown[]): ColumnVector {
  const present = cells.filter((cell) => cell !== null);
  const valid =
    present.length === cells.length ? null : Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1));
  const all = (type: string): boolean => present.length > 0 && present.every((cell) => typeof cell === type);
  if (all('number')) return { kind: 'numbers', values: Float64Array.from(cells as number[]), valid };
  if (all('bigint'))
    return {
      kind: 'bigints',
      values: BigInt64Array.from(cells, (cell) => (cell as bigint | null) ?? 0n),
      valid,
    };
  if (all('boolean'))
    return { kind: 'bools', values: Uint8Array.from(cells, (cell) => (cell ? 1 : 0)), valid };
  if (present.every((cell) => typeof cell === 'string')) return { kind: 'texts', values: cells as string[] };
  return { kind: 'lists', values: cells };
}

export const testFrameOf = (
  columns: readonly (readonly unknown[])[],
  rows = columns[0]?.length ?? 0,
): ColumnFrame => ({
  rows,
  columns: columns.map(vectorOf),
});

/** What the layouts of an input's files tell of the whole. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import type { Chunk, FrozenInput } from '../../chunk.ts';
import type { FrozenFile, TableFormat } from './format.ts';

/** Rows of all files, or null where a layout does not tell. Throws INPUT_EMPTY, naming the input, where there are none. */
export function countRows(format: TableFormat, files: readonly FrozenFile[], input: string): number | null {
  let sum = 0;
  for (const { layout } of files) {
    const rows = format.rows(layout);
    if (rows === null) return null;
    sum += rows;
  }
  if (sum === 0) throw new PlimsollError('INPUT_EMPTY', { path: input });
  return sum;
}

/** The chunks of all files, of at most `rows` rows, numbered in order. */
export function chunksOf(format: TableFormat, { items }: FrozenInput, rows: number): readonly Chunk[] {
  const cuts = items.flatMap((item, index) =>
    item.kind === 'file' ? format.cut(item.layout, rows).map((cut) => ({ item: index, ...cut })) : [],
  );
  return cuts.map((cut, index) => ({ index, ...cut }));
}

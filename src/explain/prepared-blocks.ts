import type { Batch } from '../model/batch.ts';
import { batchBlocks } from '../model/slice.ts';
import type { PreparedBlocks } from './trees/interventional.ts';

/** Cells of a background that are prepared at once. */
const BLOCK_CELLS = 2 ** 20;

/** Rows of a background as trees compare them, `width` numbers each, a block at a time. */
export function* preparedBlocks(
  background: Batch,
  width: number,
  prepare: (block: Batch) => Float64Array,
): PreparedBlocks {
  const atOnce = Math.max(1, Math.floor(BLOCK_CELLS / Math.max(1, width)));
  for (const { block } of batchBlocks(background, atOnce)) yield prepare(block);
}

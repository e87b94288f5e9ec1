import type { Batch } from '../model/batch.ts';
import type { ColumnFrame } from './frame.ts';
import type { RowRefusal } from './scorer.ts';

/** Rows that can be scored together. */
export interface DecodedPart {
  readonly batch: Batch;
  /** Which row of the frame each row is; null where they are the same. */
  readonly positions: Int32Array | null;
}

export interface DecodedFrame {
  /** Several where rows differ in the shape of their tensors; none where no row is left. */
  readonly parts: readonly DecodedPart[];
  /** Rows that do not fit, in row order. */
  readonly refusals: readonly RowRefusal[];
}

/** Reads one frame; its batch may lie in arrays that the next one uses again. */
export type DecodeFrame = (frame: ColumnFrame) => DecodedFrame;

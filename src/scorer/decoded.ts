import type { Batch } from '../model/batch.ts';
import type { Frame } from './frame.ts';
import type { Refusal } from './scorer.ts';

/** Rows that can be scored together. */
export interface Part {
  readonly batch: Batch;
  /** Which row of the frame each row is; null where they are the same. */
  readonly positions: Int32Array | null;
}

export interface Decoded {
  /** Several where rows differ in the shape of their tensors; none where no row is left. */
  readonly parts: readonly Part[];
  /** Rows that do not fit, in row order. */
  readonly refusals: readonly Refusal[];
}

/** Reads one frame; its batch may lie in arrays that the next one uses again. */
export type DecodeFrame = (frame: Frame) => Decoded;

import type { Batch, Outputs } from '../model/batch.ts';

/** One loaded executable. Every implementation runs the suite in `contract.ts`. */
export interface Engine {
  readonly id: 'native' | 'onnx' | 'python';
  /** Scores a batch; answers at once where the engine is synchronous. Must not keep or change the batch. */
  infer(batch: Batch): Outputs | Promise<Outputs>;
  close(): void | Promise<void>;
}

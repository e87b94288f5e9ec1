import type { Batch, Outputs } from '../model/batch.ts';

/** One loaded executable. Every implementation runs the suite in `contract.ts`. */
export interface Engine {
  readonly id: 'native' | 'onnx' | 'python';
  /** Scores a batch; answers at once where the engine is synchronous. Must not keep or change the batch. */
  infer(batch: Batch): Outputs | Promise<Outputs>;
  close(): void | Promise<void>;
  /** How its processes are, where it has some of its own. */
  status?(): EngineStatus;
}

/** Processes of an engine, and what waits for them. */
export interface EngineStatus {
  readonly workers: number;
  readonly up: number;
  /** Processes that were started after the first ones. */
  readonly restarts: number;
  /** Requests that wait. */
  readonly waiting: number;
  /** Resident memory of each process that is up, in bytes. */
  readonly rss: readonly number[];
  /** What confines them, and what this host does not offer for it. */
  readonly sandbox: readonly { readonly name: string; readonly active: boolean; readonly how: string }[];
}

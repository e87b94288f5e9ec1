import type { Batch, Outputs } from '../model/batch.ts';
import type { RawAnswer, RawEnds, RawRequest } from '../model/raw.ts';

/** Whether anybody still waits for an answer. */
export type IsWanted = () => boolean;

/** One loaded executable. Every implementation runs the suite in `contract.ts`. */
export interface Engine {
  readonly id: 'native' | 'onnx' | 'python';
  /**
   * Scores a batch; answers at once where the engine is synchronous. Must not keep or change the batch. A batch that has had
   * to wait may be asked `isWanted` when its turn comes: what is not is refused with ENGINE_BUSY, to nobody.
   */
  infer(batch: Batch, isWanted?: IsWanted): Outputs | Promise<Outputs>;
  /** The outputs on request of the signature, of a batch; absent where the engine has none. */
  extras?(batch: Batch): Outputs;
  /** 1 for each row of a batch whose answer hangs on an order that other engines do not know; null where none does. */
  undecided?(batch: Batch): Uint8Array | null;
  close(): void | Promise<void>;
  /** What the version's own code reads and writes itself; absent where it has no such code. */
  readonly raw?: RawEnds;
  /** Answers a request of which it is so at one end or both. Must not change the body. */
  invoke?(request: RawRequest, isWanted?: IsWanted): Promise<RawAnswer>;
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

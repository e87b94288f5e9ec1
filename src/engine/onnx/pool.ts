import { PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { Engine } from '../engine.ts';
import type { OnnxEngineOptions } from './engine.ts';
import { feedTensors } from './feed.ts';
import { createGuard, type Guard } from './guard.ts';
import type { Isolation } from './lane.ts';
import { gatherOutputs, graphOutputNames } from './outputs.ts';
import { type NativePrefix, preparePrefixes } from './prefix.ts';
import { Seat } from './seat.ts';
import { inferInSlices, type SliceRule, sliceRule } from './slices.ts';

export interface OnnxPoolOptions extends OnnxEngineOptions {
  /** @default {1} */
  readonly workers?: number;
  /** Requests that may wait for a worker; one more is refused with ENGINE_BUSY. @default {64} */
  readonly queue?: number;
  /** @default {'thread'} */
  readonly isolation?: Isolation;
  /**
   * Milliseconds that a run may take; then its worker is killed and replaced. A thread ends only when its native code
   * returns, a process at once. @default {null}
   */
  readonly timeoutMs?: number | null;
}

/**
 * The same engine off the calling thread. Prefixes run on the calling thread, the graph never does. A worker that
 * dies fails the request that it held with ENGINE_CRASHED and is replaced; the other requests do not notice.
 *
 * @throws GRAPH_NOT_LOADED when onnxruntime refuses the bytes, ENGINE_CRASHED when a worker dies on them
 */
export async function createOnnxPool(options: OnnxPoolOptions): Promise<Engine> {
  const pool = new OnnxPool(options, await preparePrefixes(options.prefix ?? []));
  try {
    await pool.open();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

type Feed = Readonly<Record<string, Tensor>>;

interface Job {
  readonly feed: Feed;
  readonly resolve: (tensors: ReadonlyMap<string, Tensor>) => void;
  readonly reject: (error: unknown) => void;
}

class OnnxPool implements Engine {
  readonly id = 'onnx';
  readonly #options: OnnxPoolOptions;
  readonly #prefix: readonly NativePrefix[];
  readonly #guard: Guard;
  readonly #rule: SliceRule;
  readonly #fetches: readonly string[];
  readonly #limit: number;
  readonly #seats: readonly Seat[];
  readonly #waiting: Job[] = [];
  #closed = false;

  constructor(options: OnnxPoolOptions, prefix: readonly NativePrefix[]) {
    const { onnx, isolation = 'thread', timeoutMs = null, workers = 1, queue = 64 } = options;
    this.#options = options;
    this.#prefix = prefix;
    this.#guard = createGuard(options.signature);
    this.#rule = sliceRule(options.signature, prefix);
    this.#fetches = graphOutputNames(options.signature.outputs, options.refused ?? null);
    this.#limit = queue;
    const changed = (): void => this.#assign();
    this.#seats = Array.from({ length: workers }, () => new Seat({ onnx, isolation, timeoutMs, changed }));
  }

  async open(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => seat.load()));
  }

  async infer(batch: Batch): Promise<Outputs> {
    this.#guard(batch);
    const { columns = null, refused = null, signature } = this.#options;
    const plan = { inputs: this.#seats[0]?.inputs ?? [], prefix: this.#prefix, columns };
    return inferInSlices(batch, this.#rule, async (slice) =>
      gatherOutputs(signature.outputs, await this.#submit(feedTensors(plan, slice)), refused),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectWaiting(new PlimsollError('ENGINE_CLOSED'));
    await Promise.all(this.#seats.map((seat) => seat.close()));
  }

  #submit(feed: Feed): Promise<ReadonlyMap<string, Tensor>> {
    if (this.#closed) return Promise.reject(new PlimsollError('ENGINE_CLOSED'));
    const found = this.#waiting.length;
    if (found >= this.#limit && !this.#seats.some((seat) => seat.idle)) {
      return Promise.reject(new PlimsollError('ENGINE_BUSY', { found, limit: this.#limit }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ feed, resolve, reject });
      this.#assign();
    });
  }

  /** Gives waiting requests to idle seats, oldest first. */
  #assign(): void {
    for (const seat of this.#seats) {
      if (!seat.idle) continue;
      const job = this.#waiting.shift();
      if (job === undefined) return;
      void seat
        .run({ kind: 'run', feed: job.feed, fetches: this.#fetches })
        .then(({ tensors }) => job.resolve(tensors), job.reject);
    }
    const broken = this.#seats.every((seat) => seat.broken !== null) ? this.#seats[0]?.broken : null;
    if (broken) this.#rejectWaiting(broken);
  }

  #rejectWaiting(error: PlimsollError): void {
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }
}

import { elementAt, required } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import { SerialQueue } from '../../core/serial-queue.ts';
import type { Chunk, ChunkTotals } from '../chunk.ts';
import type {
  ChunkOrder,
  ChunkWorkerAnswers,
  ChunkWorkerModel,
  ChunkWorkerSetup,
} from '../worker/protocol.ts';
import { findDeadly } from './bisection.ts';
import { ChunkWorkerEnded, ChunkWorkerProcess } from './chunk-worker-process.ts';

export interface ChunkWorkerPoolOptions {
  /** `worker.child.ts`. */
  readonly entry: URL;
  readonly count: number;
  readonly logger: Logger;
  readonly onScored: (rows: number) => void;
}

/** What the chunks of a run are worked on with. */
export interface ChunkQueueOptions {
  readonly chunks: readonly Chunk[];
  /** Rows of a chunk that are left out. */
  readonly skip: (chunk: number) => readonly number[];
  readonly onAccount: (account: ChunkTotals) => Promise<void>;
  /** No chunk is begun after it. */
  readonly stop: AbortSignal;
}

/** Chunks a worker has at the same time: one is read and scored while the other is written. */
const CHUNKS_PER_WORKER = 2;
/** Rows of one chunk that may take workers down before the model itself is to blame. */
const DEADLY_MAX = 8;
/** Rows of a chunk at most, where the source does not say how many there are. */
const CHUNK_ROWS_MAX = 2 ** 22;

/** A place for a worker: its process is replaced when it dies. */
interface Place {
  process: ChunkWorkerProcess;
  ready: Promise<unknown>;
}

/** The workers of a run. A worker that dies costs what it was at, never the run, unless the same chunk does it again. */
export class ChunkWorkerPool {
  readonly #options: ChunkWorkerPoolOptions;
  readonly #places: Place[];
  readonly #alone = new SerialQueue();
  /** For chunks that are worked on alone. */
  #spare: Place | null = null;
  #model: ChunkWorkerModel | null = null;
  #setup: ChunkWorkerSetup | null = null;
  #closed = false;

  /** Starts the processes; they load their code meanwhile. */
  constructor(options: ChunkWorkerPoolOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, () => ({
      process: this.#start(),
      ready: Promise.resolve(),
    }));
  }

  /** Has every worker load the model; answers what the first says of it. Throws what loading throws, LANE_DIED. */
  async load(model: ChunkWorkerModel): Promise<ChunkWorkerAnswers['load']> {
    this.#model = model;
    const loaded = this.#places.map((place) => place.process.ask<'load'>({ kind: 'load', model }));
    this.#places.forEach((place, i) => {
      place.ready = settled(elementAt(loaded, i));
    });
    try {
      return await elementAt(loaded, 0);
    } catch (error) {
      if (error instanceof ChunkWorkerEnded) throw died('loading the model', error.message);
      throw error;
    }
  }

  /** Has every worker open input and output; workers that are not needed end. */
  open(setup: ChunkWorkerSetup, needed: number): void {
    this.#setup = setup;
    for (const { process } of this.#places.splice(Math.max(1, needed))) process.close();
    for (const place of this.#places)
      place.ready = settled(place.ready.then(() => place.process.ask<'open'>({ kind: 'open', setup })));
  }

  /** Works on all chunks, or until it is to stop. Throws the first error that a chunk ends with, once the others at work are done. */
  run({ chunks, skip, onAccount, stop }: ChunkQueueOptions): Promise<void> {
    return this.#each(chunks, stop, async (place, chunk) => {
      await onAccount(await this.#account(place, { chunk, skip: skip(chunk.index), deadly: [] }));
    });
  }

  /** Keeps the keys of all chunks, or until it is to stop. */
  keepKeys(chunks: readonly Chunk[], stop: AbortSignal): Promise<void> {
    return this.#each(chunks, stop, async (place, chunk) => {
      await this.#again(place, chunk, (worker) => worker.ask<'keys'>({ kind: 'keys', chunk }));
    });
  }

  /** Texts of the keys of some rows of a chunk, ascending. */
  texts(chunk: Chunk, rows: readonly number[]): Promise<readonly string[]> {
    return this.#again(elementAt(this.#places, 0), chunk, (worker) =>
      worker.ask<'texts'>({ kind: 'texts', chunk, rows }),
    );
  }

  /** Asks once more where the worker ends before it answers. Throws LANE_DIED. */
  async #again<T>(place: Place, chunk: Chunk, ask: (worker: ChunkWorkerProcess) => Promise<T>): Promise<T> {
    for (let left = 1; ; left--) {
      try {
        return await ask(await this.#living(place));
      } catch (error) {
        if (!(error instanceof ChunkWorkerEnded) || this.#closed) throw error;
        if (left === 0) throw died(`reading chunk ${chunk.index}`, error.message);
        this.#note(chunk, error, 'a worker ended: its chunk is given to another one');
      }
    }
  }

  async #each(
    chunks: readonly Chunk[],
    stopped: AbortSignal,
    work: (place: Place, chunk: Chunk) => Promise<void>,
  ): Promise<void> {
    const queue = chunks[Symbol.iterator]();
    const failed = new AbortController();
    const stop = AbortSignal.any([stopped, failed.signal]);
    const hand = async (place: Place): Promise<void> => {
      for (;;) {
        if (stop.aborted) return;
        const { value: chunk, done } = queue.next();
        if (done) return;
        await work(place, chunk);
      }
    };
    const hands = this.#places.flatMap((place) =>
      Array.from({ length: CHUNKS_PER_WORKER }, () => hand(place)),
    );
    let first: unknown;
    for (const one of hands)
      one.catch((error) => {
        first ??= error;
        failed.abort();
      });
    await Promise.allSettled(hands);
    if (first !== undefined) throw first;
  }

  /** Ends all workers at once. */
  kill(): void {
    this.#closed = true;
    for (const { process } of this.#all) process.kill();
  }

  /** Lets them end. */
  close(): void {
    this.#closed = true;
    for (const { process } of this.#all) process.close();
  }

  get #all(): readonly Place[] {
    return this.#spare === null ? this.#places : [...this.#places, this.#spare];
  }

  #start(): ChunkWorkerProcess {
    const { entry, onScored } = this.#options;
    return new ChunkWorkerProcess(entry, onScored);
  }

  async #account(place: Place, order: ChunkOrder): Promise<ChunkTotals> {
    try {
      return await (await this.#living(place)).ask<'work'>({ kind: 'work', order });
    } catch (error) {
      if (!(error instanceof ChunkWorkerEnded) || this.#closed) throw error;
      this.#note(order.chunk, error, 'a worker ended: its chunk is given to another one');
      return this.#alone.take(() => this.#suspect(order));
    }
  }

  /** The process of a place, ready to work: a new one where the last has ended. */
  async #living(place: Place): Promise<ChunkWorkerProcess> {
    if (place.process.ended !== null && !this.#closed) {
      Object.assign(place, this.#replacement());
    }
    await place.ready;
    return place.process;
  }

  #replacement(): Place {
    const process = this.#start();
    const ready = process
      .ask<'load'>({ kind: 'load', model: required(this.#model, 'the model of a run') })
      .then(() => process.ask<'open'>({ kind: 'open', setup: required(this.#setup, 'the setup of a run') }));
    return { process, ready: settled(ready) };
  }

  /** A chunk by itself in a process of its own; where that dies as well, without the rows that do it. */
  async #suspect(order: ChunkOrder): Promise<ChunkTotals> {
    const deadly: number[] = [];
    for (;;) {
      const attempt = { ...order, deadly };
      try {
        return await this.#aside((worker) => worker.ask<'work'>({ kind: 'work', order: attempt }));
      } catch (error) {
        if (!(error instanceof ChunkWorkerEnded) || this.#closed) throw error;
        this.#note(order.chunk, error, 'a worker ended again: looking for the row that does it');
        const row = await this.#deadlyRow(attempt);
        const work = `working on chunk ${order.chunk.index}`;
        if (row === null || deadly.length === DEADLY_MAX) throw died(work, error.message);
        deadly.push(row);
        deadly.sort((a, b) => a - b);
      }
    }
  }

  #deadlyRow(order: ChunkOrder): Promise<number | null> {
    const survives = async (from: number, to: number): Promise<boolean> => {
      try {
        await this.#aside((worker) => worker.ask<'probe'>({ kind: 'probe', probe: { ...order, from, to } }));
        return true;
      } catch (error) {
        if (error instanceof ChunkWorkerEnded && !this.#closed) return false;
        throw error;
      }
    };
    return findDeadly(survives, 0, order.chunk.rows ?? CHUNK_ROWS_MAX);
  }

  /** In a process that nobody else uses: the one of the last time, where it lives. */
  async #aside<T>(work: (worker: ChunkWorkerProcess) => Promise<T>): Promise<T> {
    this.#spare ??= this.#replacement();
    return work(await this.#living(this.#spare));
  }

  #note({ index }: Chunk, { message }: ChunkWorkerEnded, text: string): void {
    this.#options.logger.warn({ chunk: index, reason: message }, text);
  }
}

/** Whoever waits for it hears of a failure; nobody does for a process that is about to be replaced. */
function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const died = (action: string, reason: string): PlimsollError =>
  new PlimsollError('LANE_DIED', { action, reason });

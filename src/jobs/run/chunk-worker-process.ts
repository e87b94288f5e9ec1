import { PlimsollError } from '../../core/errors.ts';
import { type ChildProcess, startNode } from '../../process/child-process.ts';
import type { ChunkWorkerAnswers, ChunkWorkerRequest, FromChunkWorker } from '../worker/protocol.ts';

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The vectors of DuckDB count as heap, of which a worker has little else: V8, which lets a heap double, would collect every
 * ten megabytes, twenty times for a million rows. In megabytes; resident memory grows by about half of it.
 */
const OLD_SPACE = '--initial-old-space-size=128';

/** That the process of a worker has ended before it answered. */
export class ChunkWorkerEnded extends Error {}

/** A worker as its coordinator sees it: a process that is asked. */
export class ChunkWorkerProcess {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #onScored: (rows: number) => void;
  #ids = 0;
  #ended: string | null = null;

  /** Starts the process; it loads its code meanwhile. `entry` is `worker.child.ts`. */
  constructor(entry: URL, onScored: (rows: number) => void) {
    this.#onScored = onScored;
    this.#child = startNode(entry, { execArgv: [...process.execArgv, OLD_SPACE] });
    this.#child.onMessage((message) => this.#hear(message as FromChunkWorker));
    void this.#child.ended.then(({ reason }) => this.#end(reason));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it ended with; null while it lives. */
  get ended(): string | null {
    return this.#ended;
  }

  /** Throws ChunkWorkerEnded where the process ends before it answers, and whatever it refuses with. */
  ask<K extends ChunkWorkerRequest['kind']>(
    request: Extract<ChunkWorkerRequest, { kind: K }>,
  ): Promise<ChunkWorkerAnswers[K]> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(new ChunkWorkerEnded(this.#ended));
      const id = this.#ids++;
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, request });
    });
  }

  /** Lets it end by itself. */
  close(): void {
    this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill();
  }

  #hear(message: FromChunkWorker): void {
    if (message.kind === 'scored') {
      this.#onScored(message.rows);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'answer') pending?.resolve(message.answer as never);
    else pending?.reject(PlimsollError.from(message.error));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#pending.values()) reject(new ChunkWorkerEnded(this.#ended));
    this.#pending.clear();
  }
}

/**
 * Memory of DuckDB's chunks is none of the heap: V8 does not know how much of it waits for the collector, and of wide tables
 * hundreds of megabytes would. So the collector is asked for the young ones whenever some have been left.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that may wait. */
const WAITING_MAX = 2 ** 24;

type Collect = (options: { readonly type: 'minor' }) => void;

let collect: Collect | null = null;

function collector(): Collect {
  if (collect !== null) return collect;
  setFlagsFromString('--expose-gc');
  const made: Collect = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  collect = made;
  return made;
}

export class ChunkMemory {
  #waiting = 0;

  /** A chunk of so many bytes is not used any more; nothing refers to it. */
  leave(bytes: number): void {
    this.#waiting += bytes;
    if (this.#waiting < WAITING_MAX) return;
    this.#waiting = 0;
    collector()({ type: 'minor' });
  }
}

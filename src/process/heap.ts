/**
 * Keeps the heap of a process that stays small. V8 sizes its young generation for throughput: it grows to 64 MB as soon as
 * something survives, and gives nothing back while the process is busy. What a start needed, and what a burst did, is returned
 * once it is over.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The young generation has so many bytes under load. Of one row a request little survives a collection: with 8 MB there are
 * some 40 a second, of a fraction of a millisecond each.
 */
const YOUNG_BYTES = 8 * 2 ** 20;
/**
 * Of a thread that is started later, each half of the young generation, in megabytes: it would stay as small as it begins, and
 * what it parses survives for a while.
 */
const THREAD_MEGABYTES = 8;
/**
 * V8 reads these whenever it collects, or starts a thread. A young generation this small is collected sooner by one thread than
 * by several: where all cores are at work, the others are waited for (0.2 ms instead of 0.4, at most 2 instead of 17).
 */
const SMALL = [`--min-semi-space-size=${THREAD_MEGABYTES}`, '--no-parallel-scavenge'];
/** How often it is looked, in milliseconds. */
const LOOK_MILLIS = 500;
/** Shares of the time in which the loop has something to do: from one on there is load, up to the other a process is idle. */
const LOAD = 0.1;
const IDLE = 0.02;
/** After a load it is collected when it was idle for so many looks in a row, and so many looks after the last time. */
const IDLE_LOOKS = 6;
const REST_LOOKS = 120;
/** By what the young generation grows at once where it does: from the least, a megabyte of each half, to the limit. */
const GROWTH = 4;
/** Arrays that survive until it has grown, and their lengths: 16 MB at most. */
const FILLING = { arrays: 2000, length: 1000 } as const;

/** What a process can say and do about its heap; another one for tests. */
export interface HeapControl {
  /** Share of the time since it was asked last in which the loop had something to do. */
  busy(): number;
  /** Has the young generation grow to so many bytes, and no further. */
  grow(bytes: number): void;
  /**
   * Collects all that is not reachable, and returns pages: the young generation is as small as it gets, and stays so. Holds the
   * process for some tens of milliseconds.
   */
  collect(): void;
}

/** One look after the other. Pure but for the heap. */
export class HeapKeeper {
  readonly #heap: HeapControl;
  #isSmall = true;
  /** Whether there was load since the last collection. */
  #isUsed = true;
  /** Looks since the last collection, and those in a row that found the process idle. */
  #looks = Number.POSITIVE_INFINITY;
  #idle = 0;

  constructor(heap: HeapControl) {
    this.#heap = heap;
  }

  look(): void {
    const busy = this.#heap.busy();
    this.#isUsed ||= busy >= LOAD;
    this.#idle = busy > IDLE ? 0 : this.#idle + 1;
    // What a start leaves behind goes even where requests come at once: the limit of the old generation follows from it.
    if (this.#looks === Number.POSITIVE_INFINITY || this.#isToBeCollected) this.#collect(busy);
    else if (this.#isSmall && busy >= LOAD) this.#grow();
    this.#looks += 1;
  }

  get #isToBeCollected(): boolean {
    return this.#isUsed && this.#idle >= IDLE_LOOKS && this.#looks >= REST_LOOKS;
  }

  #collect(busy: number): void {
    this.#looks = 0;
    this.#isUsed = busy >= LOAD;
    this.#heap.collect();
    this.#isSmall = true;
  }

  #grow(): void {
    this.#heap.grow(YOUNG_BYTES);
    this.#isSmall = false;
  }
}

/** Keeps the heap of this process small from now on, with a first collection now; answers what ends it. */
export function keepHeapSmall(): () => void {
  for (const flag of SMALL) setFlagsFromString(flag);
  const keeper = new HeapKeeper(ownHeap());
  keeper.look();
  const looks = setInterval(() => keeper.look(), LOOK_MILLIS).unref();
  return () => clearInterval(looks);
}

function ownHeap(): HeapControl {
  let before = performance.eventLoopUtilization();
  let collect: ((options: object) => void) | null = null;
  return {
    busy() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    grow(bytes) {
      growBy(GROWTH);
      const kept: number[][] = [];
      // It grows where more survives than it holds.
      while (young() < bytes && kept.length < FILLING.arrays)
        kept.push(new Array<number>(FILLING.length).fill(0));
      growBy(1);
    },
    collect() {
      collect ??= collector();
      collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
      growBy(1);
    },
  };
}

/** V8 reads the factor whenever the young generation might grow; its size is not to be set after a start. */
const growBy = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);

const young = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;

/** Has V8 let go of what nothing refers to: arrays of numbers are no part of its heap, and it may wait long with them. */
export const collectGarbage = (): void => collector()({ type: 'major', execution: 'sync' });

/** V8's own `gc`, which a context gets that is made while the flag is set; https://nodejs.org/api/cli.html#--expose-gc */
function collector(): (options: object) => void {
  setFlagsFromString('--expose-gc');
  const gc: (options: object) => void = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return gc;
}

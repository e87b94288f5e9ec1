/** How the memory that is left is dealt out: to bodies on their way, and to threads that read and score them. Pure. */

/** Bytes that one scoring thread may take for one request. */
export interface ThreadMemory {
  /** Of V8's heap, for what is parsed and for texts. */
  readonly heap: number;
  /** Beside it: the body, rows and answers as arrays of numbers, and the bytes of the answer. */
  readonly external: number;
}

export interface MemoryPlan {
  readonly threads: number;
  readonly room: ThreadMemory;
  /** Bytes of bodies that are received, and of answers that are not yet sent, at once. */
  readonly bodies: number;
}

export interface MemoryDemand {
  /** Bytes that nobody uses, of the container or the machine. */
  readonly available: number;
  /** Bytes that the loaded versions are taken to need in each thread. */
  readonly models: number;
  /** Threads that are wanted. */
  readonly threads: number;
}

const MB = 2 ** 20;
/** What the front loop grows by under load: its young generation and garbage. `e2e/adversity` holds all of it to a container. */
const FRONT = 112 * MB;
/** A thread before its first request: code, young generation, the library that reads CSV. */
export const THREAD_BASE_BYTES = 96 * MB;
/** A thread that has less for a request is worth less than the memory for larger requests in the others. */
const ROOM_WORTH = 128 * MB;
/** Shares: bodies of all that is left, heap of what a thread gets. */
const [BODIES_SHARE, HEAP_SHARE] = [0.25, 0.6];
/** Below these nothing works; a process that has less is refused by nobody, and may be ended by the kernel. */
const [BODIES_LEAST, HEAP_LEAST, EXTERNAL_LEAST] = [16 * MB, 16 * MB, 8 * MB];

/** The plan for one process. Every request that fits its room fits beside all others. */
export function planThreadMemory({ available, models, threads: wanted }: MemoryDemand): MemoryPlan {
  const left = available - Math.min(FRONT, available / 4);
  for (let threads = wanted; ; threads--) {
    const free = Math.max(0, left - threads * (THREAD_BASE_BYTES + models));
    const bodies = Math.max(BODIES_LEAST, Math.floor(free * BODIES_SHARE));
    const each = Math.max(0, free - bodies) / threads;
    if (each < ROOM_WORTH && threads > 1) continue;
    const heap = Math.max(HEAP_LEAST, Math.floor(each * HEAP_SHARE));
    return { threads, bodies, room: { heap, external: Math.max(EXTERNAL_LEAST, Math.floor(each - heap)) } };
  }
}

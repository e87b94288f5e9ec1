/** Where a model is served: processes, threads and cores of one replica. Pure. */

export interface Place {
  /** Cores of one replica. */
  readonly cores: number;
  /** Serving processes (`--workers`), each with an event loop. */
  readonly workers: number;
  /** Scoring threads of each of them. */
  readonly threads: number;
  /** Processes of each of them that run a model's own code (`PLIMSOLL_PYTHON_WORKERS`). */
  readonly processes: number;
  /** Microseconds of the same cores that the sender of a request takes; 0 where senders are elsewhere. */
  readonly client: number;
}

/** What `serve` does by itself on so many cores (`config/settings.ts`, `worker-supervisor.ts`, `python-settings.ts`). */
export function usualPlace(cores: number): Place {
  const workers = Math.max(1, cores - 1);
  const threads = Math.max(2, Math.ceil((cores - 1) / workers));
  return { cores, workers, threads, processes: Math.max(1, cores - 1), client: 0 };
}

/** What a process uses of its machine. */
export interface ProcessUsage {
  /** Bytes of memory that are resident. */
  readonly memory: number;
  /** Share of the time since the last look in which the event loop was busy, 0 to 1. */
  readonly loopBusy: number;
}

export const NO_PROCESS_USAGE: ProcessUsage = { memory: 0, loopBusy: 0 };

/** Looks at this process; each look is about the time since the one before. */
export class ProcessUsageMeter {
  #before = performance.eventLoopUtilization();
  #memory = 0;

  look(): ProcessUsage {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    this.#memory = residentOr(this.#memory);
    return { memory: this.#memory, loopBusy: utilization };
  }
}

/** Resident bytes; reading them opens a file, for which there may be no descriptor left. */
function residentOr(before: number): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return before;
  }
}

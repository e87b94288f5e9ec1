/** What a process uses of its machine. */
export interface Usage {
  /** Bytes of memory that are resident. */
  readonly memory: number;
  /** Share of the time since the last look in which the event loop was busy, 0 to 1. */
  readonly loopBusy: number;
}

export const NO_USAGE: Usage = { memory: 0, loopBusy: 0 };

/** Looks at this process; each look is about the time since the one before. */
export class UsageMeter {
  #before = performance.eventLoopUtilization();

  look(): Usage {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    return { memory: process.memoryUsage.rss(), loopBusy: utilization };
  }
}

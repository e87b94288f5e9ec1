/** What serving has counted, and how much of it is used, as those who watch operations see it. Plain data. Pure. */

/** Of one version, since counting began; it never falls while a server runs. */
export interface VersionLoad {
  readonly model: string;
  readonly version: number;
  /** Requests by how they ended. */
  readonly outcomes: {
    readonly ok: number;
    readonly invalid: number;
    readonly overloaded: number;
    readonly error: number;
    readonly cancelled: number;
  };
  /** Answered requests by their whole duration, in the cells of `metrics/duration-buckets.ts`. */
  readonly times: Float64Array;
  /** Milliseconds since the epoch, or null. */
  readonly lastAnswer: number | null;
}

/** Of all processes that answer, together. */
export interface FleetLoad {
  readonly versions: readonly VersionLoad[];
  /** Requests that wait for scoring threads. */
  readonly queueDepth: number;
  /** The fullest of what is limited, 0 to 1; at 1 requests are refused. */
  readonly saturation: number;
  /** Share of the last second in which the busiest event loop had no time, 0 to 1. */
  readonly loopBusy: number;
  /** Bytes of memory of all of them. */
  readonly memory: number;
}

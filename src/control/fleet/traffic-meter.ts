/** How much traffic each model has had lately, from counters that only grow. Pure. */

/** What has been counted of one model, all its versions together, since counting began. */
export interface ModelCounts {
  readonly model: string;
  /** Requests that a rollout would count: answered, or failed on account of the version. */
  readonly requests: number;
  readonly failed: number;
  /** Distinct units with an id, about, and requests without one. */
  readonly units: number;
  readonly nameless: number;
}

export interface MeasuredTraffic {
  /** Requests a second. */
  readonly rate: number;
  /** Share of them that failed. */
  readonly errorShare: number;
  /** Distinct units that are there to ask, about; null where new ones keep coming, or requests have no ids. */
  readonly units: number | null;
  /** Milliseconds over which it was measured. */
  readonly over: number;
}

/** What lies further back is not looked at, in milliseconds. */
const WINDOW_MS = 600_000;
/** Less than this, or fewer requests, is too little to say anything. */
const LEAST_MILLIS = 300_000;
const LEAST_REQUESTS = 100;

interface Sample {
  /** Milliseconds of a clock that does not jump. */
  readonly at: number;
  readonly counts: ReadonlyMap<string, ModelCounts>;
}

const NOTHING = { requests: 0, failed: 0, units: 0, nameless: 0 };
type Counted = typeof NOTHING;

/** With more requests than this share without an id there is no end of units. */
const NAMELESS_MOST = 0.01;
/** So few newcomers, as a share of all, in half the time are hardly any. */
const NEW_HARDLY = 0.01;

export class TrafficMeter {
  #samples: Sample[] = [];

  /**
   * To be told every few seconds; `at` in milliseconds of a clock that does not jump. No counts at all are no news: who
   * has just been started may not have been told yet, and would take all that was ever counted for new.
   */
  note(counts: readonly ModelCounts[], at: number): void {
    if (counts.length === 0) return;
    const sample = { at, counts: new Map(counts.map((count) => [count.model, count])) };
    // Counters that fall belong to somebody else: what was counted before says nothing of them.
    const hasFallen = [...(this.#samples.at(-1)?.counts.values() ?? [])].some(
      ({ model, requests }) => (sample.counts.get(model)?.requests ?? 0) < requests,
    );
    const kept = hasFallen ? [] : this.#samples.filter((one) => one.at >= at - WINDOW_MS);
    this.#samples = [...kept, sample];
  }

  /** Of the last ten minutes; null where fewer than five of them, or than a hundred requests, were seen. */
  of(model: string): MeasuredTraffic | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return null;
    const half = this.#samples.findLast(({ at }) => at <= (first.at + last.at) / 2)!;
    const of = ({ counts }: Sample): Counted => counts.get(model) ?? NOTHING;
    const [before, now] = [of(first), of(last)];
    const over = last.at - first.at;
    const requests = now.requests - before.requests;
    if (over < LEAST_MILLIS || requests < LEAST_REQUESTS) return null;
    return {
      rate: requests / (over / 1000),
      errorShare: (now.failed - before.failed) / requests,
      units: now.nameless - before.nameless > NAMELESS_MOST * requests ? null : endOf(before, of(half), now),
      over,
    };
  }
}

/**
 * How many units there are where those of the latter half of the time are hardly new, or at most half as many as those of
 * the first: as many again are then still to come. Null where there is no end in sight.
 */
function endOf(before: Counted, half: Counted, now: Counted): number | null {
  const [earlier, later] = [half.units - before.units, now.units - half.units];
  const isClosed = later <= Math.max(earlier / 2, NEW_HARDLY * now.units);
  return isClosed && now.units > 0 ? Math.round(now.units + later) : null;
}

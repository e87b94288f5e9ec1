import { isPlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { PlaneSnapshot, RecordingSpec, Route } from '../../rollout/route.ts';
import { windowAt } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { FleetChange, ServingFleet } from '../fleet/fleet.ts';
import type { IntervalScheduler } from '../rollouts/interval-scheduler.ts';
import { type CounterSample, counterDeltas, newSeries } from './counter-deltas.ts';
import { counterPart } from './counter-part.ts';
import type { MetricSource } from './metric-source.ts';

export interface ExternalFleetOptions {
  readonly fleet: ServingFleet;
  /** What servers elsewhere count, by endpoint. */
  readonly sources: ReadonlyMap<string, MetricSource>;
  /**
   * Since when requests to an endpoint have gone where a generation of its route says, in milliseconds since the epoch; null
   * where they do not.
   */
  readonly followedSince: (endpoint: string, generation: number) => number | null;
  /** Name of this process as a worker, and how often it has been started. */
  readonly worker: string;
  readonly epoch: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly every: IntervalScheduler;
}

const LOOK_MILLIS = 250;
/** How long after its end a window is asked for: what is scraped is there a moment later. */
const SETTLE_MILLIS = 1000;

/** How long after a router has taken new weights the last request may go by the old ones. */
const SHIFT_MILLIS = 5000;

/** A recording that is followed, and the next window that is owed for it. */
interface Watched {
  readonly route: Route;
  readonly recording: RecordingSpec;
  window: number;
  /** Counters at the end of the last window, where it had a part: the beginning of the next. */
  last: { readonly at: number; readonly samples: readonly CounterSample[] } | null;
}

/**
 * A fleet of which one worker more is not here: the servers outside that a router sends requests to. What they count becomes
 * parts of windows, as if a worker had sent them. For every rollout it owes a part of each window, like any worker; where
 * it has no source it sends an empty part, and none where counters do not say what came in between, or the router did not
 * follow the route yet.
 */
export class ExternalFleet implements ServingFleet {
  readonly #options: ExternalFleetOptions;
  readonly #listeners: ((part: WindowPart) => void)[] = [];
  readonly #end: () => Promise<void>;
  #watched = new Map<string, Watched>();

  constructor(options: ExternalFleetOptions) {
    this.#options = options;
    this.#end = options.every(LOOK_MILLIS, () => this.#look());
  }

  async publish(snapshot: PlaneSnapshot): Promise<void> {
    await this.#options.fleet.publish(snapshot);
    this.#follow(snapshot.routes);
  }

  ready(model: string, version: number): number {
    return this.#options.fleet.ready(model, version);
  }

  onPart(listener: (part: WindowPart) => void): void {
    this.#listeners.push(listener);
    this.#options.fleet.onPart(listener);
  }

  onChange(listener: (change: FleetChange) => void): void {
    const { fleet, worker, epoch } = this.#options;
    fleet.onChange(listener);
    listener({ worker, epoch, kind: 'joined' });
  }

  counts(): ReturnType<NonNullable<ServingFleet['counts']>> {
    return this.#options.fleet.counts?.() ?? [];
  }

  load(): ReturnType<NonNullable<ServingFleet['load']>> {
    return this.#options.fleet.load?.() ?? null;
  }

  recent(endpoint: string): ReturnType<NonNullable<ServingFleet['recent']>> {
    return this.#options.fleet.recent?.(endpoint) ?? Promise.resolve([]);
  }

  close(): Promise<void> {
    return this.#end();
  }

  #follow(routes: readonly Route[]): void {
    const now = this.#options.clock.now();
    const next = new Map<string, Watched>();
    for (const route of routes) {
      const { recording, endpoint, generation } = route;
      if (recording === null) continue;
      const key = `${endpoint} ${generation} ${recording.rollout}`;
      const window = Math.max(recording.first, windowAt(recording, now));
      next.set(key, this.#watched.get(key) ?? { route, recording, window, last: null });
    }
    this.#watched = next;
  }

  /** Sends what is owed of the windows that are over. */
  async #look(): Promise<void> {
    for (const watched of this.#watched.values()) {
      const { recording } = watched;
      const last = windowAt(recording, this.#options.clock.now() - SETTLE_MILLIS) - 1;
      if (last < watched.window) continue;
      // After a pause of this process only the newest is asked for: the others are missing, for all arms alike.
      watched.window = last;
      const part = await this.#partOf(watched, last);
      watched.window = last + 1;
      if (part !== null) for (const listener of this.#listeners) listener(part);
    }
  }

  async #partOf(watched: Watched, window: number): Promise<WindowPart | null> {
    const { route, recording, last } = watched;
    const { sources, worker, epoch, logger, followedSince } = this.#options;
    const source = sources.get(route.endpoint);
    const name = { worker, epoch, window };
    if (source === undefined) return counterPart(name, route, recording, new Map());
    const start = recording.origin + (window - recording.first) * recording.window;
    const since = followedSince(route.endpoint, route.generation);
    // A window in which requests went otherwise than its route says would be evidence against whoever got more of them.
    if (since === null || since + SHIFT_MILLIS > start) return null;
    const end = start + recording.window;
    try {
      const before = last?.at === start ? last.samples : await source.counters(route.model, start);
      const after = await source.counters(route.model, end);
      const counted = (await this.#hasBegun(source, route.model, start, before, after))
        ? counterDeltas(before, after)
        : null;
      watched.last = counted && { at: end, samples: after };
      return counted === null ? null : counterPart(name, route, recording, counted);
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      logger.warn({ endpoint: route.endpoint, source: source.id }, error.message);
      return null;
    }
  }

  /**
   * Whether series that are new since `start` have counted from nothing. One that was only out of sight, as a server that was
   * not scraped for a while, has counted all the time; so have all, where nothing was in sight.
   */
  async #hasBegun(
    source: MetricSource,
    model: string,
    start: number,
    before: readonly CounterSample[],
    after: readonly CounterSample[],
  ): Promise<boolean> {
    const fresh = newSeries(before, after);
    if (fresh.length === 0) return true;
    if (before.length === 0) return false;
    const earlier = await source.seriesUntil(model, start);
    return !fresh.some((series) => earlier.has(series));
  }
}

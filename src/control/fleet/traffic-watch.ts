import type { Clock } from '../../core/ports.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { TrafficView } from '../port.ts';
import type { IntervalScheduler } from '../rollouts/interval-scheduler.ts';
import { type LoadSample, trafficBetween } from './version-traffic.ts';

export interface TrafficWatchOptions {
  /** What all processes that answer have counted so far; null where that is not known. */
  readonly load: () => FleetLoad | null;
  readonly clock: Clock;
  readonly every: IntervalScheduler;
}

/** How often it looks while somebody follows, and how far back it remembers, in milliseconds. */
const LOOK_MILLIS = 2000;
const WINDOW_MILLIS = 60_000;

/** Traffic of all versions, for people who look on. Nothing is sampled or kept while nobody follows. */
export class TrafficWatch {
  readonly #options: TrafficWatchOptions;
  readonly #followers = new Set<(traffic: TrafficView) => void>();
  #samples: LoadSample[] = [];
  #end: (() => Promise<void>) | null = null;

  constructor(options: TrafficWatchOptions) {
    this.#options = options;
  }

  get followers(): number {
    return this.#followers.size;
  }

  /** Of the last minute, as far as somebody followed; else of all that was counted. */
  look(): TrafficView {
    return this.#viewOf(this.#sample());
  }

  #viewOf(now: LoadSample | null): TrafficView {
    const first = this.#samples[0] === now ? null : (this.#samples[0] ?? null);
    return {
      at: Math.floor(this.#options.clock.now()),
      over: first === null || now === null ? null : now.at - first.at,
      queueDepth: now?.load.queueDepth ?? 0,
      saturation: now?.load.saturation ?? 0,
      versions: now === null ? [] : trafficBetween(first, now),
    };
  }

  /** Calls `listener` now and every few seconds; answers what ends that. */
  follow(listener: (traffic: TrafficView) => void): () => void {
    this.#followers.add(listener);
    const now = this.#sample();
    listener(this.#viewOf(now));
    if (this.#end === null) {
      this.#note(now);
      this.#end = this.#options.every(LOOK_MILLIS, async () => this.#tell());
    }
    return () => {
      this.#followers.delete(listener);
      if (this.#followers.size > 0) return;
      void this.#end?.();
      this.#end = null;
      this.#samples = [];
    };
  }

  #tell(): void {
    const now = this.#sample();
    const traffic = this.#viewOf(now);
    this.#note(now);
    for (const listener of this.#followers) listener(traffic);
  }

  /** What is told every few seconds is of the moment when it was told first: then the time fits the counts. */
  #sample(): LoadSample | null {
    const { load: read, clock } = this.#options;
    const load = read();
    const last = this.#samples.at(-1);
    if (load === null) return null;
    return last?.load === load ? last : { at: clock.monotonic(), load };
  }

  #note(now: LoadSample | null): void {
    if (now === null || now === this.#samples.at(-1)) return;
    this.#samples = [...this.#samples.filter(({ at }) => now.at - at < WINDOW_MILLIS), now];
  }
}

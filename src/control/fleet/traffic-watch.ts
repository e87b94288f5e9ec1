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
    const { load: read, clock } = this.#options;
    const load = read();
    const at = clock.monotonic();
    const [first] = this.#samples;
    const now = load && { at, load };
    return {
      at: Math.floor(clock.now()),
      over: first === undefined ? null : at - first.at,
      queueDepth: load?.queueDepth ?? 0,
      saturation: load?.saturation ?? 0,
      versions: now === null ? [] : trafficBetween(first ?? null, now),
    };
  }

  /** Calls `listener` now and every few seconds; answers what ends that. */
  follow(listener: (traffic: TrafficView) => void): () => void {
    this.#followers.add(listener);
    listener(this.look());
    if (this.#end === null) {
      this.#note();
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
    const traffic = this.look();
    this.#note();
    for (const listener of this.#followers) listener(traffic);
  }

  #note(): void {
    const { load: read, clock } = this.#options;
    const load = read();
    if (load === null) return;
    const at = clock.monotonic();
    this.#samples = [...this.#samples.filter((one) => at - one.at < WINDOW_MILLIS), { at, load }];
  }
}

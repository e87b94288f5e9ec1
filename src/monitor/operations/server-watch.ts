/** Watches the processes that answer, whatever endpoint they answer for: queue, event loop, memory. Pure. */

import type { FleetLoad } from '../../metrics/fleet-load.ts';
import { bytesText } from '../../text/bytes.ts';
import { percent } from '../../text/percent.ts';
import type { AlertCondition, AlertDetail } from '../alerts/alert.ts';
import { UNKNOWN_DETAIL } from './alert-details.ts';

/** What stands for all endpoints, and all models, in the labels of an alert. */
const EVERY = '*';

interface Sample {
  readonly at: number;
  readonly saturation: number;
  readonly loopBusy: number;
}

/** Least memory within one stretch of time, and when that began. */
interface Floor {
  readonly at: number;
  readonly bytes: number;
}

/** Plain data. */
export interface ServerState {
  readonly schema: 1;
  readonly samples: readonly Sample[];
  readonly floors: readonly Floor[];
}

const MINUTE_MS = 60_000;
/** A burst is none: half of the looks of so long must be beyond. */
const SPAN_MS = 5 * MINUTE_MS;
const LEAST_SAMPLES = 6;
const FULL = { beyond: 0.8, below: 0.5 };
const BUSY = { beyond: 0.95, below: 0.8 };

/** Memory is compared by the least of each half hour: what collections of garbage leave. */
const STRETCH = 30 * MINUTE_MS;
const STRETCHES = 12;
const GROWTH = 1.5;
const GROWTH_LEAST = 256 * 2 ** 20;

export class ServerWatch {
  #samples: readonly Sample[];
  #floors: readonly Floor[];
  readonly #since = new Map<string, { standing: AlertCondition['standing']; at: number }>();

  constructor(state: ServerState | null = null) {
    this.#samples = state?.samples ?? [];
    this.#floors = state?.floors ?? [];
  }

  /** To be called every ten seconds or so. */
  look(at: number, load: FleetLoad | null): readonly AlertCondition[] {
    if (load !== null) this.#take(at, load);
    const isKnown = load !== null && this.#samples.length >= LEAST_SAMPLES;
    const [saturation, loopBusy] = [
      middle(this.#samples.map((one) => one.saturation)),
      middle(this.#samples.map((one) => one.loopBusy)),
    ];
    return [
      this.#condition('QueueSaturated', isKnown, at, saturation, FULL, saturatedTold(saturation)),
      this.#condition('EventLoopLag', isKnown, at, loopBusy, BUSY, busyTold(loopBusy)),
      this.#memory(load !== null, at),
    ];
  }

  state(): ServerState {
    return { schema: 1, samples: this.#samples, floors: this.#floors };
  }

  #take(at: number, { saturation, loopBusy, memory }: FleetLoad): void {
    this.#samples = [...this.#samples.filter((one) => one.at > at - SPAN_MS), { at, saturation, loopBusy }];
    const begin = Math.floor(at / STRETCH) * STRETCH;
    const last = this.#floors.at(-1);
    const floor = { at: begin, bytes: last?.at === begin ? Math.min(last.bytes, memory) : memory };
    this.#floors = [...this.#floors.filter((one) => one.at !== begin), floor].slice(-STRETCHES);
  }

  /** Grown in each of four stretches on end, and by half in all. */
  #memory(isKnown: boolean, at: number): AlertCondition {
    // The stretch that is being filled is not over.
    const floors = this.#floors.slice(0, -1).map(({ bytes }) => bytes);
    const [first, ...later] = floors.slice(-5);
    const now = later[3];
    if (!isKnown || first === undefined || now === undefined)
      return this.#made('MemoryGrowth', null, at, UNKNOWN_DETAIL, 'ticket');
    const grows = later.every((bytes, k) => bytes > (later[k - 1] ?? first));
    const isMuch = now >= first * GROWTH && now - first >= GROWTH_LEAST;
    const standing = grows && isMuch ? 'beyond' : grows ? 'between' : 'below';
    return this.#made('MemoryGrowth', standing, at, memoryTold(first, now), 'ticket');
  }

  #condition(
    alertname: string,
    isKnown: boolean,
    at: number,
    value: number,
    { beyond, below }: typeof FULL,
    told: AlertDetail,
  ): AlertCondition {
    if (!isKnown) return this.#made(alertname, null, at, UNKNOWN_DETAIL, 'page');
    const standing = value >= beyond ? 'beyond' : value < below ? 'below' : 'between';
    return this.#made(alertname, standing, at, { ...told, threshold: beyond }, 'page');
  }

  #made(
    alertname: string,
    standing: AlertCondition['standing'],
    at: number,
    told: AlertDetail,
    severity: AlertCondition['severity'],
  ): AlertCondition {
    const known = this.#since.get(alertname);
    const since = known?.standing === standing ? known.at : at;
    this.#since.set(alertname, { standing, at: since });
    return { labels: { alertname, model: EVERY, endpoint: EVERY }, severity, standing, since, told };
  }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const told = (sentence: string, advice: string, value: number): AlertDetail => ({
  ...{ sentence, advice, value },
  ...{ threshold: null, traffic: null, histogram: null, details: {} },
});

const saturatedTold = (saturation: number): AlertDetail =>
  told(
    `The server is ${percent(saturation, 2)} full: requests wait, and are refused at 100 %.`,
    'Add workers or machines, or send larger batches less often.',
    saturation,
  );

const busyTold = (loopBusy: number): AlertDetail =>
  told(
    `The event loop of the busiest process had work for ${percent(loopBusy, 2)} of the last 5 minutes: answers are late.`,
    'Add workers or machines; look for requests with many rows.',
    loopBusy,
  );

const memoryTold = (first: number, now: number): AlertDetail =>
  told(
    `Memory has grown in every half hour, from ${bytesText(first)} to ${bytesText(now)} in two hours.`,
    'Look at how many versions are loaded; restart the server before its memory is gone, and report it.',
    now,
  );

import { elementAt, lastOf } from '../../core/element-at.ts';
/** How many workers a version has at each moment. Pure. */

export interface PoolScaling extends ScalingRule {
  readonly max: number;
}

export interface ScalingRule {
  /** Workers at least; 0 lets the last one go where nobody asks. */
  readonly min: number;
  /** Milliseconds for which workers have to be busy, and requests to wait, before one more is started. */
  readonly upMillis: number;
  /** Milliseconds for which one fewer would have been enough, before it goes. */
  readonly cooldownMillis: number;
  /** Milliseconds without a request after which the last worker goes, where `min` is 0. */
  readonly idleMillis: number;
}

/** What a pool is like at one moment. */
export interface PoolLoad {
  /** Milliseconds of a steady clock. */
  readonly now: number;
  /** Milliseconds that all workers together have been busy for, ever. */
  readonly busyMillis: number;
  /** Requests that wait, and calls that workers have. */
  readonly waiting: number;
  readonly inFlight: number;
  /** Workers there are to be, and those of them that answer. */
  readonly slots: number;
  readonly up: number;
}

/** Share of their time that workers have to be busy for it to be a sign of too few: a little goes to handing work over. */
const SATURATED = 0.8;
/** Share of its time that a worker may be busy after another one has gone. */
const COMFORTABLE = 0.6;

interface Sample {
  readonly now: number;
  readonly busyMillis: number;
  readonly hasWaiting: boolean;
  /** Requests that wait or are with a worker. */
  readonly requests: number;
}

/** Says how many workers there should be, from what was seen of the load so far. */
export class PoolScaler {
  readonly #rule: PoolScaling;
  #samples: Sample[] = [];
  /** When as many workers as there are were last needed. */
  #needed = Number.NEGATIVE_INFINITY;
  /** When somebody last asked; before, when it was first looked at. */
  #asked: number | null = null;
  #lastBusy = 0;

  constructor(rule: PoolScaling) {
    this.#rule = rule;
  }

  /** Workers from now on; to be asked at regular times, and whenever a request finds no worker. */
  next(load: PoolLoad): number {
    const { min, max } = this.#rule;
    const wanted = Math.min(max, Math.max(min, this.#wanted(load)));
    if (wanted !== load.slots) {
      this.#needed = load.now;
      this.#samples = [];
    }
    return wanted;
  }

  #wanted(load: PoolLoad): number {
    const { now, busyMillis, waiting, inFlight, slots, up } = load;
    if (waiting > 0 || inFlight > 0 || busyMillis > this.#lastBusy) this.#asked = now;
    this.#asked ??= now;
    this.#lastBusy = busyMillis;
    if (slots === 0) return waiting > 0 ? 1 : 0;
    if (now - this.#asked >= this.#rule.idleMillis && this.#rule.min === 0) return 0;
    // What a worker that is still being started will change is not known.
    if (up < slots) {
      this.#samples = [];
      return slots;
    }
    const requests = waiting + inFlight;
    const window = this.#note({ now, busyMillis, hasWaiting: waiting > 0, requests });
    if (window === null || isNeeded(window, slots)) this.#needed = now;
    if (window !== null && isTooFew(window, slots)) return slots + 1;
    const isTooMany = slots > 1 && now - this.#needed >= this.#rule.cooldownMillis;
    return isTooMany ? slots - 1 : slots;
  }

  /** What was seen in the last `upMillis`, or null where less is known. */
  #note(sample: Sample): readonly Sample[] | null {
    this.#samples.push(sample);
    // The last one before the window tells how it began.
    const first = this.#samples.findLastIndex(({ now }) => now <= sample.now - this.#rule.upMillis);
    if (first > 0) this.#samples.splice(0, first);
    return first < 0 ? null : this.#samples;
  }
}

/** Whether one worker fewer would have had too much to do: never, where as many clients as that each wait for their answer. */
const isNeeded = (window: readonly Sample[], slots: number): boolean =>
  busyShare(window) > COMFORTABLE * (slots - 1) && window.some(({ requests }) => requests >= slots);

function isTooFew(window: readonly Sample[], slots: number): boolean {
  const hasQueue = window.filter(({ hasWaiting }) => hasWaiting).length * 2 >= window.length;
  return hasQueue && busyShare(window) >= SATURATED * slots;
}

/** Workers that were busy on average. */
function busyShare(window: readonly Sample[]): number {
  const [first, last] = [elementAt(window, 0), lastOf(window)];
  return (last.busyMillis - first.busyMillis) / Math.max(1, last.now - first.now);
}

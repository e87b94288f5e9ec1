import { evenParts, type Latency, latencyOf, quantileOf } from './quantiles.ts';
import { Samples } from './samples.ts';

const WINDOW_MILLIS = 100;
/** Requests of one phase: 24 bytes each are kept of them. */
const MOST_ARRIVALS = 4_000_000;
const PARTS = 100;
const BODY_CHARACTERS = 2000;

/** How a request ended: the status of its answer, or `timeout`, `reset`, `unsent`. */
export type Ending = string;

/** What is told of one phase when all of its requests have ended. */
export interface Told {
  readonly arrived: number;
  readonly ok: number;
  readonly inTime: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly bodies: Readonly<Record<string, string>>;
  readonly latency: Latency;
  readonly parts: readonly number[];
  readonly refusedP99: number;
  readonly settled: number;
  readonly lateness: Latency;
  readonly stages: Readonly<Record<string, number>>;
}

const isAnswer = (what: Ending): boolean => /^\d/.test(what);
const isOk = (what: Ending): boolean => what.startsWith('2');

/** Notes how each request of a phase ended. Moments are milliseconds of one steady clock. */
export class Tally {
  readonly began: number;
  readonly #limit: number;
  #arrived = 0;
  #ended = 0;
  #inTime = 0;
  readonly #lateness = new Samples();
  readonly #okAt = new Samples();
  readonly #okMillis = new Samples();
  readonly #badAt = new Samples();
  readonly #refused = new Samples();
  readonly #failed: Record<string, number> = {};
  readonly #bodies: Record<string, string> = {};
  readonly #stages = new Map<string, number>();
  #timed = 0;

  /** `limit`: milliseconds in which an answer is in time. */
  constructor(began: number, limit: number) {
    this.began = began;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#arrived >= MOST_ARRIVALS;
  }

  /** Requests that have not ended. */
  get pending(): number {
    return this.#arrived - this.#ended;
  }

  /** One was due at `scheduled` and is sent at `now`. */
  arrive(scheduled: number, now: number): void {
    this.#arrived++;
    this.#lateness.add(now - scheduled);
  }

  end(what: Ending, scheduled: number, now: number): void {
    this.#ended++;
    const millis = now - scheduled;
    if (isOk(what)) {
      this.#okAt.add(scheduled - this.began);
      this.#okMillis.add(millis);
      if (millis <= this.#limit) this.#inTime++;
      return;
    }
    this.#failed[what] = (this.#failed[what] ?? 0) + 1;
    this.#badAt.add(scheduled - this.began);
    if (isAnswer(what)) this.#refused.add(millis);
  }

  /** Whether the body of an answer with this status is worth keeping. */
  wants(status: string): boolean {
    return !isOk(status) && !(status in this.#bodies);
  }

  keep(status: string, body: string): void {
    this.#bodies[status] ??= body.slice(0, BODY_CHARACTERS);
  }

  /** Value of a `server-timing` header (W3C Server Timing): a stage that an answer does not name took it no time. */
  time(header: string): void {
    this.#timed++;
    for (const [, name, millis] of header.matchAll(/([\w-]+)\s*;\s*dur=([\d.]+)/g))
      this.#stages.set(name!, (this.#stages.get(name!) ?? 0) + Number(millis));
  }

  get p99(): number {
    return latencyOf(this.#okMillis.read()).p99.value;
  }

  /** `slow`: milliseconds beyond which an answer counts as slow. */
  outcome(slow: number): Told {
    return {
      ...{ arrived: this.#arrived, ok: this.#okMillis.count, inTime: this.#inTime },
      ...{ failed: this.#failed, bodies: this.#bodies },
      latency: latencyOf(this.#okMillis.read()),
      parts: evenParts(this.#okMillis.read(), PARTS),
      refusedP99: quantileOf(this.#refused.read().toSorted(), 0.99),
      settled: this.#settled(slow),
      lateness: latencyOf(this.#lateness.read()),
      stages: Object.fromEntries([...this.#stages].map(([name, sum]) => [name, sum / this.#timed])),
    };
  }

  #settled(slow: number): number {
    const windows: { good: number; bad: number }[] = [];
    const windowAt = (at: number): { good: number; bad: number } =>
      (windows[Math.max(0, Math.floor(at / WINDOW_MILLIS))] ??= { good: 0, bad: 0 });
    const millis = this.#okMillis.read();
    for (const [i, at] of this.#okAt.read().entries()) windowAt(at)[millis[i]! <= slow ? 'good' : 'bad']++;
    for (const at of this.#badAt.read()) windowAt(at).bad++;
    return (1 + windows.findLastIndex((one) => one && one.bad > 0.01 * (one.good + one.bad))) * WINDOW_MILLIS;
  }
}

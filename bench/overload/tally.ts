export interface Phase {
  readonly name: string;
  /** Requests a second; null sends as fast as answers come, over few connections. */
  readonly rate: number | null;
  readonly seconds: number;
}

/** What came of the requests of one phase. */
export interface Told {
  readonly name: string;
  readonly seconds: number;
  readonly arrived: number;
  /** Answered 200. */
  readonly ok: number;
  /** Other answers by status; `timeout`, `reset`, and `unsent`: arrivals that found every connection busy. */
  readonly failed: Readonly<Record<string, number>>;
  /** Milliseconds from the scheduled arrival to the last byte of a 200. */
  readonly p50: number;
  readonly p99: number;
  /** The same of answers other than 200. */
  readonly refusedP99: number;
  /** Milliseconds after which less than one of a hundred arrivals failed or was slow, in each tenth of a second. */
  readonly settled: number;
}

const WINDOW_MILLIS = 100;

/** Notes how each request ended. */
export class Tally {
  readonly phase: Phase;
  readonly began = performance.now();
  seconds = 0;
  arrived = 0;
  readonly #ok: { readonly at: number; readonly millis: number }[] = [];
  readonly #bad: number[] = [];
  readonly #refused: number[] = [];
  readonly #failed: Record<string, number> = {};

  constructor(phase: Phase) {
    this.phase = phase;
  }

  note(what: string, scheduled: number, now: number): void {
    const millis = now - scheduled;
    if (what === '200') {
      this.#ok.push({ at: scheduled - this.began, millis });
      return;
    }
    this.#failed[what] = (this.#failed[what] ?? 0) + 1;
    this.#bad.push(scheduled - this.began);
    if (/^\d/.test(what)) this.#refused.push(millis);
  }

  get p99(): number {
    return quantile(this.#millis, 0.99);
  }

  /** `slow` is in milliseconds. */
  outcome(slow: number): Told {
    const { phase, seconds, arrived } = this;
    return {
      ...{ name: phase.name, seconds, arrived, ok: this.#ok.length, failed: this.#failed },
      ...{ p50: quantile(this.#millis, 0.5), p99: this.p99, refusedP99: quantile(this.#refused, 0.99) },
      settled: this.#settled(slow),
    };
  }

  get #millis(): number[] {
    return this.#ok.map(({ millis }) => millis);
  }

  #settled(slow: number): number {
    const windows: { good: number; bad: number }[] = [];
    const windowAt = (at: number): { good: number; bad: number } =>
      (windows[Math.max(0, Math.floor(at / WINDOW_MILLIS))] ??= { good: 0, bad: 0 });
    for (const { at, millis } of this.#ok) windowAt(at)[millis <= slow ? 'good' : 'bad']++;
    for (const at of this.#bad) windowAt(at).bad++;
    return (1 + windows.findLastIndex((one) => one && one.bad > 0.01 * (one.good + one.bad))) * WINDOW_MILLIS;
  }
}

/** 0 of nothing. */
function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

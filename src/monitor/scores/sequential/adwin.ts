/**
 * ADWIN (Bifet and Gavaldà, 2007): a window that is cut wherever its two sides have different means. Buckets of 2^row
 * numbers, a few of each size, so its state grows with the logarithm of the window. Pure.
 */
import { elementAt } from '../../../core/element-at.ts';
import type { SequentialDetector } from './sequential-detector.ts';

/** Numbers with their sum and their sum of squared deviations; how many is 2^row. */
interface Bucket {
  readonly total: number;
  readonly variance: number;
}

export interface AdwinOptions {
  /** Confidence of a cut. @default {0.002} */
  readonly delta?: number;
  /** Numbers between two looks. @default {32} */
  readonly clock?: number;
}

/** Buckets of one size at most. */
const BUCKETS_MAX = 5;
/** Least numbers on each side of a cut. */
const SIDE_MIN = 5;
/** No look at windows up to this size. */
const GRACE = 10;

export class AdwinDetector implements SequentialDetector {
  readonly name = 'adwin';
  readonly #delta: number;
  readonly #clock: number;
  #window = new Window();
  #ticks = 0;
  #restart = false;

  constructor({ delta = 0.002, clock = 32 }: AdwinOptions = {}) {
    this.#delta = delta;
    this.#clock = clock;
  }

  update(x: number): boolean {
    if (this.#restart) {
      this.#window = new Window();
      this.#ticks = 0;
    }
    this.#window.add(x);
    this.#ticks++;
    this.#restart = false;
    if (this.#ticks % this.#clock !== 0 || this.#window.width <= GRACE) return false;
    while (this.#window.hasCut(this.#delta)) {
      this.#restart = true;
      this.#window.dropOldest();
    }
    return this.#restart;
  }
}

class Window {
  width = 0;
  #total = 0;
  #variance = 0;
  /** Buckets of one number, the oldest first. */
  readonly #newest: Bucket[] = [];
  /** Rows of buckets, those of the newest first; row k has buckets of 2^k numbers. */
  readonly #rows: Bucket[][] = [this.#newest];

  add(x: number): void {
    this.#newest.push({ total: x, variance: 0 });
    this.width++;
    if (this.width > 1) {
      const before = this.width - 1;
      this.#variance += (before * (x - this.#total / before) ** 2) / this.width;
    }
    this.#total += x;
    this.#compress();
  }

  /** Two buckets of a full row become one of the next. */
  #compress(): void {
    for (const [row, buckets] of this.#rows.entries()) {
      const [older, newer] = buckets;
      if (buckets.length <= BUCKETS_MAX || older === undefined || newer === undefined) break;
      buckets.splice(0, 2);
      const size = 2 ** row;
      const next = this.#rows[row + 1] ?? [];
      next.push({
        total: older.total + newer.total,
        variance: older.variance + newer.variance + between(size, older.total, size, newer.total),
      });
      this.#rows[row + 1] = next;
    }
  }

  dropOldest(): void {
    const row = this.#rows.length - 1;
    const size = 2 ** row;
    const buckets = elementAt(this.#rows, row);
    const { total, variance } = elementAt(buckets, 0);
    buckets.shift();
    this.width -= size;
    this.#total -= total;
    this.#variance -= variance + between(size, total, this.width, this.#total);
    if (buckets.length === 0 && row > 0) this.#rows.pop();
  }

  /** Whether some cut between buckets has sides of different means; the newest bucket is never alone on a side. */
  hasCut(delta: number): boolean {
    let older = { n: 0, total: 0 };
    let newer = { n: this.width, total: this.#total };
    for (const [row, buckets] of [...this.#rows.entries()].reverse()) {
      const size = 2 ** row;
      for (const [k, { total }] of buckets.entries()) {
        older = { n: older.n + size, total: older.total + total };
        newer = { n: newer.n - size, total: newer.total - total };
        if (row === 0 && k === buckets.length - 1) return false;
        if (older.n < SIDE_MIN || newer.n < SIDE_MIN) continue;
        const distance = Math.abs(older.total / older.n - newer.total / newer.n);
        if (distance > this.#bound(older.n, newer.n, delta)) return true;
      }
    }
    return false;
  }

  #bound(older: number, newer: number, delta: number): number {
    const confidence = Math.log((2 * Math.log(this.width)) / delta);
    const harmonic = 1 / (older - SIDE_MIN + 1) + 1 / (newer - SIDE_MIN + 1);
    const variance = this.#variance / this.width;
    return Math.sqrt(2 * harmonic * variance * confidence) + (2 / 3) * confidence * harmonic;
  }
}

/** Squared deviations that come of two groups having different means. */
const between = (n: number, total: number, m: number, other: number): number =>
  (n * m * (total / n - other / m) ** 2) / (n + m);

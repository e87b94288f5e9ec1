/**
 * HDDM (Frías-Blanco and others, 2015): a mean of numbers in [0, 1] that rises, by Hoeffding's inequality over averages (A) or
 * McDiarmid's over weighted ones (W). One-sided, as river's default is. Pure.
 */
import { RunningMean, type SequentialDetector } from './sequential-detector.ts';

/** Probability of a false alarm that is accepted for one comparison. */
const CONFIDENCE = 0.001;

export class HddmA implements SequentialDetector {
  readonly name = 'hddm-a';
  #all = new RunningMean();
  /** The stretch from the start whose mean is surely the least. */
  #low = new RunningMean();

  update(x: number): boolean {
    this.#all.add(x);
    if (this.#low.n === 0) this.#low = this.#all.copy();
    if (this.#low.mean + hoeffding(this.#low.n) >= this.#all.mean + hoeffding(this.#all.n)) {
      this.#low = this.#all.copy();
    }
    const alarm = this.#risen();
    if (alarm) {
      this.#all = new RunningMean();
      this.#low = new RunningMean();
    }
    return alarm;
  }

  #risen(): boolean {
    const [n, low] = [this.#all.n, this.#low.n];
    if (n === low) return false;
    const m = ((n - low) / low) * (1 / n);
    return this.#all.mean - this.#low.mean >= Math.sqrt((m / 2) * Math.log(2 / CONFIDENCE));
  }
}

const hoeffding = (n: number): number => Math.sqrt((1 / (2 * n)) * Math.log(1 / CONFIDENCE));

/** Weight of the newest number. */
const LAMBDA = 0.05;

/** A weighted mean and the sum of the squares of its weights. */
interface Weighted {
  readonly mean: number;
  readonly squares: number;
  readonly any: boolean;
}
const NOTHING: Weighted = { mean: 0, squares: 1, any: false };

function withNext({ mean, squares, any }: Weighted, x: number): Weighted {
  return {
    mean: any ? LAMBDA * x + (1 - LAMBDA) * mean : x,
    squares: LAMBDA * LAMBDA + (1 - LAMBDA) ** 2 * squares,
    any: true,
  };
}

export class HddmW implements SequentialDetector {
  readonly name = 'hddm-w';
  #all = NOTHING;
  #before = NOTHING;
  #after = NOTHING;
  #cut = Number.POSITIVE_INFINITY;

  update(x: number): boolean {
    this.#all = withNext(this.#all, x);
    const bound = this.#all.mean + mcDiarmid(this.#all.squares);
    if (bound < this.#cut) {
      this.#cut = bound;
      this.#before = this.#all;
      this.#after = NOTHING;
    } else this.#after = withNext(this.#after, x);
    const alarm =
      this.#before.any &&
      this.#after.any &&
      this.#after.mean - this.#before.mean > mcDiarmid(this.#before.squares + this.#after.squares);
    if (alarm) {
      this.#all = NOTHING;
      this.#before = NOTHING;
      this.#after = NOTHING;
      this.#cut = Number.POSITIVE_INFINITY;
    }
    return alarm;
  }
}

const mcDiarmid = (squares: number): number => Math.sqrt((squares * Math.log(1 / CONFIDENCE)) / 2);

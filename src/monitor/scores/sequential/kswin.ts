/** KSWIN (Raab and others, 2020): the newest numbers of a window against as many drawn from the older ones. Pure. */
import { take } from '../../../core/vector.ts';
import { kolmogorovSmirnov } from '../../../statistics/kolmogorov-smirnov.ts';
import { MersenneTwister } from '../../../statistics/mersenne-twister.ts';
import { sorted } from '../../../statistics/sample-distances.ts';
import type { SequentialDetector } from './sequential-detector.ts';

export interface KswinOptions {
  /** Seed of the draws; they are those of Python's `random.Random(seed)`. @default {0} */
  readonly seed?: number;
  /** Level of each of its tests, which are not corrected for being many. @default {0.005} */
  readonly alpha?: number;
}

const WINDOW = 100;
const NEWEST = 30;
/** Least distance of an alarm. */
const DISTANCE_MIN = 0.1;

export class KswinDetector implements SequentialDetector {
  readonly name = 'kswin';
  readonly #seed: number;
  readonly #alpha: number;
  #random: MersenneTwister;
  #window: number[] = [];
  #restart = false;

  constructor({ seed = 0, alpha = 0.005 }: KswinOptions = {}) {
    this.#seed = seed;
    this.#alpha = alpha;
    this.#random = MersenneTwister.fromKey([seed]);
  }

  update(x: number): boolean {
    if (this.#restart) {
      this.#window = [];
      this.#random = MersenneTwister.fromKey([this.#seed]);
      this.#restart = false;
    }
    this.#window.push(x);
    if (this.#window.length > WINDOW) this.#window.shift();
    if (this.#window.length < WINDOW) return false;
    const older = take(this.#window, this.#random.sample(WINDOW - NEWEST, NEWEST));
    const newest = this.#window.slice(WINDOW - NEWEST);
    const { statistic, p } = kolmogorovSmirnov(sorted(older), sorted(newest));
    this.#restart = p <= this.#alpha && statistic > DISTANCE_MIN;
    return this.#restart;
  }
}

/** The test of Page and Hinkley, for a mean that rises or falls; `threshold` is in units of the data. Pure. */
import { RunningMean, type SequentialDetector } from './sequential-detector.ts';

export interface PageHinkleyOptions {
  /** Numbers before the first alarm. @default {30} */
  readonly warmup?: number;
  /** Change that does not matter. @default {0.005} */
  readonly delta?: number;
  /** @default {50} */
  readonly threshold?: number;
  /** How fast the past is forgotten. @default {0.9999} */
  readonly alpha?: number;
}

export class PageHinkley implements SequentialDetector {
  readonly name = 'page-hinkley';
  readonly #options: Required<PageHinkleyOptions>;
  #state = start();

  constructor({ warmup = 30, delta = 0.005, threshold = 50, alpha = 1 - 0.0001 }: PageHinkleyOptions = {}) {
    this.#options = { warmup, delta, threshold, alpha };
  }

  update(x: number): boolean {
    const { warmup, delta, threshold, alpha } = this.#options;
    const state = this.#state;
    state.mean.add(x);
    const deviation = x - state.mean.mean;
    state.rise = alpha * state.rise + deviation - delta;
    state.fall = alpha * state.fall + deviation + delta;
    state.least = Math.min(state.least, state.rise);
    state.most = Math.max(state.most, state.fall);
    if (state.mean.n < warmup) return false;
    const alarm = state.rise - state.least > threshold || state.most - state.fall > threshold;
    if (alarm) this.#state = start();
    return alarm;
  }
}

/** The greatest sum starts at −1, as river has it. */
const start = () => ({
  mean: new RunningMean(),
  rise: 0,
  fall: 0,
  least: Number.POSITIVE_INFINITY,
  most: -1,
});

/** DDM (Gama and others, 2004): a rate of errors that rises above the least seen by three of its deviations. Pure. */
import { RunningMean, type SequentialDetector } from './sequential-detector.ts';

/** Numbers before the first alarm. */
const WARMUP = 30;
const DRIFT = 3;

/** Takes 1 for an error and 0 for none. */
export class DdmDetector implements SequentialDetector {
  readonly name = 'ddm';
  #rate = new RunningMean();
  #least = NONE;

  update(x: number): boolean {
    this.#rate.add(x);
    const { mean: p, n } = this.#rate;
    const s = Math.sqrt((p * (1 - p)) / n);
    if (n <= WARMUP) return false;
    if (p + s <= this.#least.sum) this.#least = { p, s, sum: p + s };
    const alarm = p + s > this.#least.p + DRIFT * this.#least.s;
    if (alarm) {
      this.#rate = new RunningMean();
      this.#least = NONE;
    }
    return alarm;
  }
}

const NONE = { p: 0, s: 0, sum: Number.POSITIVE_INFINITY };

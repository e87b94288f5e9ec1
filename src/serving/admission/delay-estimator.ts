/** Weight that what is known keeps with each request. */
const KEPT = 0.98;
/** What is believed at first weighs as much as this many requests behind this much work, for good. */
const FIRST = 5;
const FIRST_MICROS = 2000;
/** How far from what is believed at first the pace may get, up and down: one long stall is not to close a lane. */
const RANGE = 20;

/**
 * How long a request waits for each microsecond of predicted work that is ahead of it, its own included: the slope of a line
 * through the latest requests, by least squares with exponential forgetting. It holds what no model of the machine knows: how
 * many threads there are, what else takes their time, and by how much predictions are wrong. What a request takes beside,
 * however short the queue is, is the line's start, and no reason to make the queue shorter: a slope through the origin would
 * believe so, let few in, and never see that more could be. For the same reason the first belief never quite goes: where
 * queues are all alike they tell nothing. Pure.
 */
export class DelayEstimator {
  readonly #first: number;
  #weight = 0;
  #micros = 0;
  #millis = 0;
  #squares = 0;
  #products = 0;

  /** `first` is in milliseconds a microsecond: 1/1000 for one processor. */
  constructor(first: number) {
    this.#first = first;
  }

  /** Milliseconds a microsecond of predicted work. */
  get millis(): number {
    const prior = FIRST * FIRST_MICROS ** 2;
    const weight = Math.max(1, this.#weight);
    const squares = this.#squares - this.#micros ** 2 / weight;
    const products = this.#products - (this.#micros * this.#millis) / weight;
    const slope = (products + prior * this.#first) / (squares + prior);
    return Math.min(RANGE * this.#first, Math.max(this.#first / RANGE, slope));
  }

  /** Milliseconds that a request takes lately, however little is ahead of it. */
  get start(): number {
    if (this.#weight < 1) return 0;
    return Math.max(0, (this.#millis - this.millis * this.#micros) / this.#weight);
  }

  /** A request with so much predicted work ahead of its end took so many milliseconds. */
  learn(micros: number, millis: number): void {
    this.#weight = KEPT * this.#weight + 1;
    this.#micros = KEPT * this.#micros + micros;
    this.#millis = KEPT * this.#millis + millis;
    this.#squares = KEPT * this.#squares + micros ** 2;
    this.#products = KEPT * this.#products + micros * millis;
  }
}

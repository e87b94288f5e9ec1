/** How long is waited after failures that follow each other: exponential backoff with jitter. Pure. */
import type { Clock, Random } from './ports.ts';

/** Times are in milliseconds. */
export interface BackoffPolicy {
  /** After the first failure. */
  readonly firstMillis: number;
  readonly maxMillis: number;
  /** What each pause is longer than the one before. @default {2} */
  readonly factor?: number | undefined;
  /**
   * Share of a pause that chance takes off, so that what failed together is not tried again together
   * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). @default {0}
   */
  readonly jitter?: number | undefined;
}

/** Exponents beyond this would leave the range of doubles long after every maximum. */
const EXPONENT_MAX = 100;

/** Milliseconds to wait after the `failures`-th failure in a row, counted from 1; `chance` in [0, 1). */
export function backoffMillis(
  { firstMillis, maxMillis, factor = 2, jitter = 0 }: BackoffPolicy,
  failures: number,
  chance = 0,
): number {
  const pause = Math.min(maxMillis, firstMillis * factor ** Math.min(failures - 1, EXPONENT_MAX));
  return pause * (1 - jitter * chance);
}

/** Failures in a row, and the pause that follows each. */
export class Backoff {
  readonly #policy: BackoffPolicy;
  readonly #clock: Pick<Clock, 'monotonic'> | null;
  readonly #random: Random | null;
  #failures = 0;
  #until = Number.NEGATIVE_INFINITY;

  /** Without a clock nothing tells whether it `isWaiting`; without randomness there is no jitter. */
  constructor(
    policy: BackoffPolicy,
    {
      clock = null,
      random = null,
    }: { readonly clock?: Pick<Clock, 'monotonic'> | null; readonly random?: Random | null } = {},
  ) {
    this.#policy = policy;
    this.#clock = clock;
    this.#random = random;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether the pause after the last failure goes on. */
  get isWaiting(): boolean {
    return this.#clock !== null && this.#clock.monotonic() < this.#until;
  }

  /** Notes a failure; answers how many milliseconds to wait. */
  fail(): number {
    this.#failures += 1;
    const pause = backoffMillis(this.#policy, this.#failures, this.#random?.next());
    if (this.#clock !== null) this.#until = this.#clock.monotonic() + pause;
    return pause;
  }

  /** Notes a success: the next failure is the first again. */
  reset(): void {
    this.#failures = 0;
    this.#until = Number.NEGATIVE_INFINITY;
  }
}

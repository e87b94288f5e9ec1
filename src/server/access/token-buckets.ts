/** Token buckets by name, in bounded memory. Pure. */
import type { RateLimit } from '../../config/access.ts';

interface Bucket {
  tokens: number;
  /** Milliseconds on the steady clock when `tokens` was true. */
  at: number;
}

/** More callers at once than a process has use for; some 100 bytes each. */
const BUCKETS_MAX = 10_000;
/** Looking for full buckets takes a while: not more often than this, in milliseconds. */
const SWEEP_MILLIS = 1000;

export class TokenBuckets {
  readonly rate: RateLimit;
  readonly #max: number;
  readonly #buckets = new Map<string, Bucket>();
  /** Of those for whom there is no room: many addresses of one attacker get together what one caller gets. */
  readonly #rest: Bucket;
  #swept = Number.NEGATIVE_INFINITY;

  constructor(rate: RateLimit, max = BUCKETS_MAX) {
    this.rate = rate;
    this.#max = max;
    this.#rest = { tokens: rate.burst, at: 0 };
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token; answers 0, or the milliseconds until there is one. `now` is on the steady clock. */
  take(name: string, now: number): number {
    const { perSecond, burst } = this.rate;
    const bucket = this.#bucketOf(name, now);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / perSecond) * 1000;
    bucket.tokens -= 1;
    return 0;
  }

  #bucketOf(name: string, now: number): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    if (this.#buckets.size >= this.#max) this.#sweep(now);
    if (this.#buckets.size >= this.#max) return this.#rest;
    const added = { tokens: this.rate.burst, at: now };
    this.#buckets.set(name, added);
    return added;
  }

  /** A bucket that is full again says nothing that a new one would not. */
  #sweep(now: number): void {
    if (now - this.#swept < SWEEP_MILLIS) return;
    this.#swept = now;
    const { perSecond, burst } = this.rate;
    for (const [name, { tokens, at }] of this.#buckets)
      if (tokens + ((now - at) / 1000) * perSecond >= burst) this.#buckets.delete(name);
  }
}

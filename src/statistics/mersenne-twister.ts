/** The generator MT19937 (Matsumoto and Nishimura, 1998), seeded and drawn from as Python's `random` does. Pure. */
import { elementAt, lastOf } from '../core/element-at.ts';

const SIZE = 624;
const MIDDLE = 397;

export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;

  private constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const before = elementAt(this.#state, i - 1);
      this.#state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** Seeded by one word: `numpy.random.RandomState(seed)`. */
  static fromSeed(seed: number): MersenneTwister {
    return new MersenneTwister(seed);
  }

  /** Seeded by an array of 32-bit words: `random.Random(n)` with n in words, the lowest first. */
  static fromKey(key: readonly number[]): MersenneTwister {
    const twister = new MersenneTwister(19650218);
    const state = twister.#state;
    let i = 1;
    let j = 0;
    const mixed = (factor: number): number => {
      const before = elementAt(state, i - 1);
      return elementAt(state, i) ^ Math.imul(before ^ (before >>> 30), factor);
    };
    const advance = (): void => {
      i++;
      if (i < SIZE) return;
      state[0] = lastOf(state);
      i = 1;
    };
    for (let k = Math.max(SIZE, key.length); k > 0; k--) {
      state[i] = mixed(1664525) + elementAt(key, j) + j;
      j = (j + 1) % key.length;
      advance();
    }
    for (let k = SIZE - 1; k > 0; k--) {
      state[i] = mixed(1566083941) - i;
      advance();
    }
    state[0] = 0x80000000;
    return twister;
  }

  /** The next 32 random bits. */
  next(): number {
    if (this.#at === SIZE) this.#twist();
    let y = this.#state[this.#at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  /** A number in [0, 1) of 53 random bits: `random()`. */
  double(): number {
    const [high, low] = [this.next() >>> 5, this.next() >>> 6];
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A whole number in [0, bound): `randrange`. */
  below(bound: number): number {
    const bits = 32 - Math.clz32(bound);
    for (;;) {
      const drawn = this.next() >>> (32 - bits);
      if (drawn < bound) return drawn;
    }
  }

  /** The numbers in an order at random, in place: `numpy.random.RandomState.shuffle`. */
  shuffle(values: Uint32Array): void {
    for (let last = values.length - 1; last > 0; last--) {
      const mask = 2 ** (32 - Math.clz32(last)) - 1;
      let place = (this.next() & mask) >>> 0;
      while (place > last) place = (this.next() & mask) >>> 0;
      const swapped = elementAt(values, last);
      values[last] = elementAt(values, place);
      values[place] = swapped;
    }
  }

  /** `count` different whole numbers of [0, size), by Python's method for samples that are no small part: `sample(range(size), count)`. */
  sample(size: number, count: number): number[] {
    const pool = Array.from({ length: size }, (_, i) => i);
    return Array.from({ length: count }, (_, i) => {
      const place = this.below(size - i);
      const drawn = elementAt(pool, place);
      pool[place] = elementAt(pool, size - i - 1);
      return drawn;
    });
  }
}

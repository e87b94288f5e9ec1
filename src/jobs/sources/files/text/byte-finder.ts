/** Finds either of two bytes, four at a time. Pure. */

const ONES = 0x01010101;
const HIGH = 0x80808080 | 0;

export class ByteFinder {
  readonly #bytes: Uint8Array;
  readonly #a: number;
  readonly #b: number;
  /** Bytes before the first whole word. */
  readonly #lead: number;
  readonly #words: Int32Array;

  constructor(bytes: Uint8Array, a: number, b: number) {
    this.#bytes = bytes;
    this.#a = a;
    this.#b = b;
    this.#lead = Math.min(bytes.length, -bytes.byteOffset & 3);
    const words = (bytes.length - this.#lead) >> 2;
    this.#words =
      words > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + this.#lead, words) : new Int32Array(0);
  }

  /** Where the next of the two bytes is, from `from` on; the length where there is none. */
  next(from: number): number {
    const bytes = this.#bytes;
    const a = this.#a;
    const b = this.#b;
    let i = from;
    // To the beginning of a word, …
    for (; i < bytes.length && (i < this.#lead || ((i - this.#lead) & 3) !== 0); i++) {
      if (bytes[i] === a || bytes[i] === b) return i;
    }
    if (i >= bytes.length) return bytes.length;
    // … over all words that have neither, …
    i = this.#lead + 4 * this.#skip((i - this.#lead) >> 2);
    // … to the byte.
    for (; i < bytes.length; i++) if (bytes[i] === a || bytes[i] === b) return i;
    return bytes.length;
  }

  /** The next word that may have one: `x - 1 & ~x` has the high bit of a byte set where that is zero (Warren, Hacker's Delight, 6-1). */
  #skip(from: number): number {
    const words = this.#words;
    const a = this.#a * ONES;
    const b = this.#b * ONES;
    let word = from;
    for (; word < words.length; word++) {
      const x = words[word]! ^ a;
      const y = words[word]! ^ b;
      if (((((x - ONES) | 0) & ~x) | (((y - ONES) | 0) & ~y)) & HIGH) break;
    }
    return word;
  }
}

import { PlimsollError } from '../../core/errors.ts';
import { corruptStream, type DecodedOutput } from './output.ts';

/**
 * The LZMA decoder (Igor Pavlov, "LZMA specification", 2015, lzma-specification.txt of the LZMA SDK), shared by .lzma
 * and by the chunks of LZMA2. Its window is the output itself.
 */

const WHAT = 'LZMA data';
const STATES = 12;
const POSITION_STATES = 16;
const HALF = 1024;
const END_POSITION_MODEL = 14;
const FULL_DISTANCES = 128;
const ALIGN_BITS = 4;

/** Range decoder: probabilities of 11 bits that adapt by 1/32. */
class RangeDecoder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #range = 0xffffffff;
  #code = 0;
  at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.at = start;
    if (this.#next() !== 0) throw corruptStream(WHAT, start, 'a first byte that is not 0', '0');
    for (let i = 0; i < 4; i++) this.#code = this.#code * 256 + this.#next();
  }

  /** Whether the data ended as its encoder ends it. */
  get finished(): boolean {
    return this.#code === 0;
  }

  #next(): number {
    if (this.at >= this.#end)
      throw new PlimsollError('READ_TRUNCATED', { what: WHAT, offset: this.at, found: 0, wanted: 1 });
    return this.#bytes[this.at++]!;
  }

  bit(probabilities: Uint16Array, index: number): number {
    const probability = probabilities[index]!;
    const bound = (this.#range >>> 11) * probability;
    let bit = 0;
    if (this.#code < bound) {
      this.#range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#range -= bound;
      this.#code -= bound;
      probabilities[index] = probability - (probability >> 5);
      bit = 1;
    }
    if (this.#range < 0x1000000) this.#normalise();
    return bit;
  }

  #normalise(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
      if (this.#range < 0x1000000) this.#normalise();
    }
    return value;
  }

  /** A value of `bits` bits from a tree of probabilities, the highest bit first. */
  tree(probabilities: Uint16Array, base: number, bits: number): number {
    let node = 1;
    for (let i = 0; i < bits; i++) node = node * 2 + this.bit(probabilities, base + node);
    return node - 2 ** bits;
  }

  /** The same, the lowest bit first. */
  reverseTree(probabilities: Uint16Array, base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(probabilities, base + node);
      node = node * 2 + bit;
      value += bit << i;
    }
    return value;
  }
}

const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(HALF);

/** Match lengths from 2 to 273. */
class LengthDecoder {
  readonly #choice = probabilities(2);
  readonly #low = probabilities(POSITION_STATES * 8);
  readonly #middle = probabilities(POSITION_STATES * 8);
  readonly #high = probabilities(256);

  decode(range: RangeDecoder, positionState: number): number {
    if (range.bit(this.#choice, 0) === 0) return 2 + range.tree(this.#low, 8 * positionState, 3);
    if (range.bit(this.#choice, 1) === 0) return 10 + range.tree(this.#middle, 8 * positionState, 3);
    return 18 + range.tree(this.#high, 0, 8);
  }
}

/** Literal context bits, literal position bits and position bits. */
export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** The properties byte; like liblzma, no more than four literal bits together. */
export function parseProperties(byte: number, offset: number): LzmaProperties {
  const properties = { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
  if (byte >= 225 || properties.lc + properties.lp > 4)
    throw corruptStream(WHAT, offset, `properties 0x${byte.toString(16)}`, 'lc + lp up to 4');
  return properties;
}

const afterLiteral = (state: number): number => (state < 4 ? 0 : state < 10 ? state - 3 : state - 6);

/** One run of LZMA: probabilities, last distances and state live until the next reset. */
export class LzmaDecoder {
  readonly #output: DecodedOutput;
  readonly #properties: LzmaProperties;
  /** Where the dictionary starts in the output: matches never reach before it. */
  readonly #dictionary: number;
  readonly #literals: Uint16Array;
  readonly #isMatch = probabilities(STATES * POSITION_STATES);
  readonly #isRepeat = probabilities(STATES);
  readonly #isRepeat0 = probabilities(STATES);
  readonly #isRepeat0Long = probabilities(STATES * POSITION_STATES);
  readonly #isRepeat1 = probabilities(STATES);
  readonly #isRepeat2 = probabilities(STATES);
  readonly #slots = probabilities(4 * 64);
  readonly #special = probabilities(FULL_DISTANCES);
  readonly #align = probabilities(2 ** ALIGN_BITS);
  readonly #matchLength = new LengthDecoder();
  readonly #repeatLength = new LengthDecoder();
  #state = 0;
  #distances: [number, number, number, number] = [0, 0, 0, 0];

  constructor(output: DecodedOutput, properties: LzmaProperties, dictionary: number) {
    this.#output = output;
    this.#properties = properties;
    this.#dictionary = dictionary;
    this.#literals = probabilities(0x300 << (properties.lc + properties.lp));
  }

  /**
   * Decodes from `start` until `end` of the output is reached, or, where `end` is null, until the end marker. Answers
   * where the data stops.
   */
  decode(bytes: Uint8Array, start: number, stop: number, end: number | null): number {
    const range = new RangeDecoder(bytes, start, stop);
    const output = this.#output;
    const mask = 2 ** this.#properties.pb - 1;
    let ended = false;
    while (!ended && (end === null || output.length < end)) {
      const positionState = (output.length - this.#dictionary) & mask;
      const at = this.#state * POSITION_STATES + positionState;
      if (range.bit(this.#isMatch, at) === 0) this.#literal(range);
      else ended = this.#match(range, positionState, at, end);
    }
    if (end !== null && !ended) ended = this.#endsAfterSize(range);
    if (!range.finished) throw corruptStream(WHAT, range.at, 'data after the end', 'a finished range coder');
    return range.at;
  }

  /** A stream of known size may still carry an end marker (LZMA specification, "markerIsMandatory"). */
  #endsAfterSize(range: RangeDecoder): boolean {
    if (range.finished) return true;
    const positionState = (this.#output.length - this.#dictionary) & (2 ** this.#properties.pb - 1);
    const at = this.#state * POSITION_STATES + positionState;
    return range.bit(this.#isMatch, at) === 1 && this.#match(range, positionState, at, this.#output.length);
  }

  #literal(range: RangeDecoder): void {
    const output = this.#output;
    const { lc, lp } = this.#properties;
    output.reserve(1, range.at);
    const position = output.length - this.#dictionary;
    const previous = position > 0 ? output.bytes[output.length - 1]! : 0;
    const base = 0x300 * (((position & (2 ** lp - 1)) << lc) + (previous >> (8 - lc)));
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = output.bytes[output.length - this.#distances[0] - 1]!;
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = range.bit(this.#literals, base + ((1 + expected) << 8) + symbol);
        symbol = symbol * 2 + bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = symbol * 2 + range.bit(this.#literals, base + symbol);
    output.bytes[output.length++] = symbol & 0xff;
    this.#state = afterLiteral(this.#state);
  }

  /** A match or repeated match; true at the end marker. */
  #match(range: RangeDecoder, positionState: number, at: number, end: number | null): boolean {
    let length: number;
    if (range.bit(this.#isRepeat, this.#state) === 0) {
      length = this.#matchLength.decode(range, positionState);
      const distance = this.#distance(range, length);
      if (distance === 0xffffffff) return true;
      this.#distances = [distance, this.#distances[0], this.#distances[1], this.#distances[2]];
      this.#state = this.#state < 7 ? 7 : 10;
    } else if (this.#takeRepeat(range, at)) {
      length = this.#repeatLength.decode(range, positionState);
      this.#state = this.#state < 7 ? 8 : 11;
    } else {
      length = 1;
      this.#state = this.#state < 7 ? 9 : 11;
    }
    const output = this.#output;
    const distance = this.#distances[0] + 1;
    if (distance > output.length - this.#dictionary) {
      throw corruptStream(
        WHAT,
        range.at,
        `a match ${distance} bytes back`,
        `one within ${output.length - this.#dictionary} bytes`,
      );
    }
    if (end !== null && output.length + length > end)
      throw corruptStream(WHAT, range.at, 'a match past the end', `${end} bytes of output`);
    output.copy(distance, length, range.at);
    return false;
  }

  /** Moves the repeated distance to the front; false for a single byte at the last distance. */
  #takeRepeat(range: RangeDecoder, at: number): boolean {
    const [a, b, c, d] = this.#distances;
    if (range.bit(this.#isRepeat0, this.#state) === 0) return range.bit(this.#isRepeat0Long, at) === 1;
    if (range.bit(this.#isRepeat1, this.#state) === 0) this.#distances = [b, a, c, d];
    else if (range.bit(this.#isRepeat2, this.#state) === 0) this.#distances = [c, a, b, d];
    else this.#distances = [d, a, b, c];
    return true;
  }

  /** Zero-based distance; 0xffffffff is the end marker. */
  #distance(range: RangeDecoder, length: number): number {
    const slot = range.tree(this.#slots, 64 * Math.min(length - 2, 3), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < END_POSITION_MODEL) return base + range.reverseTree(this.#special, base - slot, bits);
    return (
      base + range.direct(bits - ALIGN_BITS) * 2 ** ALIGN_BITS + range.reverseTree(this.#align, 0, ALIGN_BITS)
    );
  }
}

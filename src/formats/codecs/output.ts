import { PlimsollError } from '../../core/errors.ts';

/** Bytes written between two looks at the clock. */
const TICK = 2 ** 18;

/**
 * Output of a decompressor: one buffer of the whole limit, of which the system backs only the pages written. It is
 * the decoder's window too, so a dictionary size in a file's header never allocates anything.
 */
export class DecodedOutput {
  readonly bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  readonly #what: string;
  readonly #tick: () => void;
  #nextTick = TICK;

  constructor(limit: number, what: string, tick: () => void) {
    this.bytes = new Uint8Array(limit);
    this.#what = what;
    this.#tick = tick;
  }

  /** Refuses `count` more bytes where they would pass the limit. */
  reserve(count: number, offset: number): void {
    const wanted = this.length + count;
    if (wanted > this.bytes.length) {
      const details = {
        what: this.#what,
        offset,
        found: `${wanted} bytes of output`,
        limit: this.bytes.length,
      };
      throw new PlimsollError('READ_LIMIT', { ...details, name: 'decompressedBytes' });
    }
    if (wanted >= this.#nextTick) {
      this.#nextTick = wanted + TICK;
      this.#tick();
    }
  }

  /** Work that makes no output, counted as so many bytes of it for the next look at the clock. */
  work(bytes: number): void {
    this.#nextTick -= bytes;
  }

  push(bytes: Uint8Array, offset: number): void {
    this.reserve(bytes.length, offset);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Repeats `count` bytes from `distance` back, which may overlap what it writes. */
  copy(distance: number, count: number, offset: number): void {
    this.reserve(count, offset);
    const { bytes } = this;
    const from = this.length - distance;
    if (distance >= count) bytes.copyWithin(this.length, from, from + count);
    else for (let i = 0; i < count; i++) bytes[this.length + i] = bytes[from + i]!;
    this.length += count;
  }

  /** What was written, without a copy. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

export const corruptStream = (what: string, offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what, offset, found, wanted });

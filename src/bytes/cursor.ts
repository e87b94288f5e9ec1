import { PlimsollError } from '../core/errors.ts';

/**
 * Bounded cursor over untrusted bytes. Every read checks the bytes left before it looks at or allocates anything,
 * and fails with READ_TRUNCATED naming the offset. Numbers are little-endian unless the name says otherwise.
 */
export class ByteCursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    // Views of a node Buffer are Buffers, whose slice() does not copy: keep to the plain class.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** Position of the next byte. */
  get offset(): number {
    return this.#at;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** Moves past `count` bytes and answers where they start. */
  advance(count: number, what: string): number {
    const at = this.#at;
    if (count > this.#end - at) {
      throw new PlimsollError('READ_TRUNCATED', { what, offset: at, found: this.#end - at, wanted: count });
    }
    this.#at = at + count;
    return at;
  }

  u8(what: string): number {
    return this.#view.getUint8(this.advance(1, what));
  }
  u16(what: string): number {
    return this.#view.getUint16(this.advance(2, what), true);
  }
  u32(what: string): number {
    return this.#view.getUint32(this.advance(4, what), true);
  }
  u32be(what: string): number {
    return this.#view.getUint32(this.advance(4, what), false);
  }
  i32(what: string): number {
    return this.#view.getInt32(this.advance(4, what), true);
  }
  f64be(what: string): number {
    return this.#view.getFloat64(this.advance(8, what), false);
  }

  /** Unsigned 64-bit length or count; anything no number holds exactly is refused as over any limit. */
  u64(what: string): number {
    const at = this.advance(8, what);
    const value = this.#view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new PlimsollError('READ_LIMIT', {
        what,
        offset: at,
        found: value,
        limit: Number.MAX_SAFE_INTEGER,
        name: 'integer',
      });
    }
    return Number(value);
  }

  /** The next byte without moving past it, or -1 at the end. */
  peek(): number {
    return this.#at < this.#end ? this.bytes[this.#at]! : -1;
  }

  /** A view (no copy) of the next `count` bytes. */
  take(count: number, what: string): Uint8Array {
    const at = this.advance(count, what);
    return this.bytes.subarray(at, at + count);
  }

  /** A view of the bytes up to the next newline, which is passed over; at most `limit` bytes long. */
  line(limit: number, what: string): Uint8Array {
    const at = this.#at;
    const end = this.bytes.subarray(0, Math.min(this.#end, at + limit + 1)).indexOf(0x0a, at);
    if (end < 0 && this.#end - at > limit) {
      throw new PlimsollError('READ_LIMIT', {
        what,
        offset: at,
        found: `a line over ${limit} bytes`,
        limit,
        name: 'line',
      });
    }
    if (end < 0)
      throw new PlimsollError('READ_TRUNCATED', {
        what,
        offset: at,
        found: this.#end - at,
        wanted: 'a newline',
      });
    this.#at = end + 1;
    return this.bytes.subarray(at, end);
  }
}

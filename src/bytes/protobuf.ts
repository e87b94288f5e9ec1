import { PlimsollError } from '../core/errors.ts';

/**
 * Bounded reader of the protobuf wire format
 * (https://protobuf.dev/programming-guides/encoding/). Messages, fields and limits above it belong to the caller.
 */

/** Wire types: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes; groups (3, 4) are refused. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A varint of more than ten bytes can't hold 64 bits. */
const MAX_VARINT_BYTES = 10;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Cursor over one message; `next()` moves to a field, then exactly one of the value methods reads it. */
export class ProtoReader {
  /** Number of the current field. */
  field = 0;
  /** Wire type of the current field. */
  wire = 0;
  #at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #what: string;

  /** @param what name of the message, for error messages */
  constructor(bytes: Uint8Array, what: string, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
    this.#what = what;
  }

  /** Absolute position in the file. */
  get offset(): number {
    return this.#at;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const at = this.#at;
    const tag = this.#uint('a field tag');
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    const known = this.wire <= 2 || this.wire === 5;
    if (this.field < 1 || this.field > 0x1fffffff || !known) {
      throw this.corrupt(
        `field ${this.field} of wire type ${this.wire}`,
        'a field number and wire type 0, 1, 2 or 5',
        at,
      );
    }
    return true;
  }

  /** How often a field comes in what is left of the message; nothing of it is read. */
  count(field: number): number {
    const rest = new ProtoReader(this.#bytes, this.#what, this.#at, this.#end);
    let found = 0;
    for (; rest.next(); rest.skip()) if (rest.field === field) found += 1;
    return found;
  }

  /** Passes over the value of the current field. */
  skip(): void {
    if (this.wire === WIRE.varint) this.#varint64();
    else if (this.wire === WIRE.fixed64) this.#take(8);
    else if (this.wire === WIRE.fixed32) this.#take(4);
    else this.#take(this.#uint('a length'));
  }

  /** int64 value. */
  bigint(): bigint {
    this.#expect(WIRE.varint);
    return BigInt.asIntN(64, this.#varint64());
  }

  /** int64, uint64 or enum value that must fit a safe integer. */
  int(): number {
    const at = this.#at;
    const value = this.bigint();
    if (value < -0x1fffffffffffffn || value > 0x1fffffffffffffn)
      throw this.corrupt(`${value}`, 'a smaller number', at);
    return Number(value);
  }

  float(): number {
    this.#expect(WIRE.fixed32);
    return this.#view.getFloat32(this.#take(4), true);
  }

  fixed32(): number {
    this.#expect(WIRE.fixed32);
    return this.#view.getUint32(this.#take(4), true);
  }

  /** View of a length-delimited value; nothing is copied. */
  bytes(): Uint8Array {
    this.#expect(WIRE.bytes);
    const length = this.#uint('a length');
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const at = this.#at;
    const bytes = this.bytes();
    const short = shortAscii(bytes);
    if (short !== null) return short;
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.corrupt('bytes that are not UTF-8', 'text', at);
    }
  }

  /** Reader of a nested message. */
  message(what: string): ProtoReader {
    this.#expect(WIRE.bytes);
    const length = this.#uint('a length');
    const start = this.#take(length);
    return new ProtoReader(this.#bytes, what, start, start + length);
  }

  /**
   * Adds the value(s) of a repeated varint field, packed or not, to `into` as signed 64-bit integers.
   *
   * @param spend told how many values come, before they take memory; throws where that is too many
   */
  varints(into: BigIntList, spend: (count: number) => void): void {
    if (this.wire === WIRE.varint) {
      spend(1);
      into.push(this.bigint());
      return;
    }
    const inner = this.message(this.#what);
    let count = 0;
    for (const byte of this.#bytes.subarray(inner.#at, inner.#end)) if (byte < 0x80) count += 1;
    spend(count);
    into.reserve(count);
    while (inner.#at < inner.#end) {
      const small = inner.#small();
      if (small < 0) into.push(BigInt.asIntN(64, inner.#varint64()));
      else into.pushSmall(small);
    }
  }

  /** Adds the raw bytes of a repeated float or double field, packed or not, to `into`. */
  fixed(width: 4 | 8, into: ByteList): void {
    const at = this.#at;
    const single = width === 4 ? WIRE.fixed32 : WIRE.fixed64;
    if (this.wire === single) {
      const start = this.#take(width);
      into.append(this.#bytes, start, width);
      return;
    }
    const bytes = this.bytes();
    if (bytes.length % width !== 0)
      throw this.corrupt(`${bytes.length} packed bytes`, `a multiple of ${width}`, at);
    into.append(bytes, 0, bytes.length);
  }

  corrupt(found: string, wanted: string, offset = this.#at): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what: this.#what, offset, found, wanted });
  }

  #expect(wire: number): void {
    if (this.wire !== wire)
      throw this.corrupt(`wire type ${this.wire} in field ${this.field}`, `wire type ${wire}`);
  }

  /** Start of `length` bytes that are known to be there. */
  #take(length: number): number {
    const start = this.#at;
    const left = this.#end - start;
    if (length > left) {
      throw new PlimsollError('READ_TRUNCATED', {
        what: this.#what,
        offset: start,
        found: left,
        wanted: length,
      });
    }
    this.#at = start + length;
    return start;
  }

  #uint(what: string): number {
    const at = this.#at;
    const small = this.#small();
    if (small >= 0) return small;
    const value = this.#varint64();
    if (value > 0xffffffffn) throw this.corrupt(`${value} as ${what}`, 'at most 32 bits', at);
    return Number(value);
  }

  /** A varint of at most four bytes, without the cost of a bigint; -1, and nothing read, where it is longer. */
  #small(): number {
    let value = 0;
    for (let i = 0; i < 4 && this.#at + i < this.#end; i += 1) {
      const byte = this.#bytes[this.#at + i]!;
      value |= (byte & 0x7f) << (7 * i);
      if (byte >= 0x80) continue;
      this.#at += i + 1;
      return value;
    }
    return -1;
  }

  #varint64(): bigint {
    const at = this.#at;
    let low = 0;
    let scale = 1;
    // Seven bytes fit a double exactly: nearly every varint ends there, without bigint arithmetic.
    for (let i = 0; i < 7; i += 1) {
      const byte = this.#bytes[this.#take(1)]!;
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low);
      scale *= 128;
    }
    let value = BigInt(low);
    for (let i = 7; i < MAX_VARINT_BYTES; i += 1) {
      const byte = this.#bytes[this.#take(1)]!;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw this.corrupt('a varint longer than 10 bytes', 'a shorter one', at);
  }
}

/** Bytes up to which a text is put together here: a decoder costs more to call than they do. */
const SHORT_TEXT = 24;

/** A short text of ASCII, or null where it is another. */
function shortAscii(bytes: Uint8Array): string | null {
  if (bytes.length > SHORT_TEXT) return null;
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Growing list of int64 that costs eight bytes an entry. */
export class BigIntList {
  #data = new BigInt64Array(4);
  #halves = new Uint32Array(this.#data.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` more. */
  reserve(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#data.length) return;
    const grown = new BigInt64Array(Math.max(wanted, this.#data.length * 2));
    grown.set(this.#data);
    this.#data = grown;
    this.#halves = new Uint32Array(grown.buffer);
  }

  push(value: bigint): void {
    if (this.#length === this.#data.length) this.reserve(1);
    this.#data[this.#length] = value;
    this.#length += 1;
  }

  /** A number from 0 to 2^28. */
  pushSmall(value: number): void {
    if (this.#length === this.#data.length) this.reserve(1);
    // Little-endian: the low half comes first, and the high one is 0.
    this.#halves[2 * this.#length] = value;
    this.#length += 1;
  }

  toArray(): BigInt64Array {
    return this.#data.slice(0, this.#length);
  }
}

/** Growing run of bytes: proto2 writers store each float of a list as a field of its own. */
export class ByteList {
  #data = new Uint8Array(16);
  #length = 0;

  append(from: Uint8Array, start: number, length: number): void {
    if (this.#length + length > this.#data.length) {
      const grown = new Uint8Array(Math.max(this.#length + length, this.#data.length * 2));
      grown.set(this.#data);
      this.#data = grown;
    }
    if (length > 64) this.#data.set(from.subarray(start, start + length), this.#length);
    else for (let i = 0; i < length; i += 1) this.#data[this.#length + i] = from[start + i]!;
    this.#length += length;
  }

  toArray(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.#length);
  }
}

import { PlimsollError } from '../core/errors.ts';

/**
 * Untrusted FlatBuffers (https://flatbuffers.dev/internals), read field by field. Every offset and length is checked
 * against the buffer before it is followed, and `charge` hears of every item before it is looked at: a buffer may name
 * the same bytes any number of times.
 */
export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  readonly #charge: (bytes: number, offset: number) => void;

  constructor(bytes: Uint8Array, what: string, charge: (bytes: number, offset: number) => void) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    this.#charge = charge;
  }

  root(): FlatTable {
    return this.tableAt(this.target(0, 'its root'), 'its root');
  }

  /** Where the offset at `at` leads: forwards, as FlatBuffers are written. */
  target(at: number, field: string): number {
    this.need(at, 4, field);
    const offset = this.#view.getUint32(at, true);
    this.need(at + offset, 4, field);
    return at + offset;
  }

  /** The table at `at`, whose vtable lies anywhere in the buffer. */
  tableAt(at: number, field: string): FlatTable {
    this.need(at, 4, field);
    const vtable = at - this.#view.getInt32(at, true);
    this.need(vtable, 4, field);
    const size = this.#view.getUint16(vtable, true);
    if (size < 4 || size % 2 !== 0)
      throw this.corrupt(vtable, `a vtable of ${size} bytes`, 'an even number from 4 on', field);
    this.need(vtable, size, field);
    return new FlatTable(this, at, vtable, size);
  }

  /** The vector at `at`, of items of `width` bytes; `at` of the answer is that of its first item. */
  vectorAt(at: number, width: number, field: string): { readonly at: number; readonly length: number } {
    this.need(at, 4, field);
    const length = this.#view.getUint32(at, true);
    this.need(at + 4, length * width, field);
    this.#charge(length * width, at);
    return { at: at + 4, length };
  }

  u16(at: number, field: string): number {
    this.need(at, 2, field);
    return this.#view.getUint16(at, true);
  }
  i8(at: number, field: string): number {
    this.need(at, 1, field);
    return this.#view.getInt8(at);
  }
  i32(at: number, field: string): number {
    this.need(at, 4, field);
    return this.#view.getInt32(at, true);
  }
  f32(at: number, field: string): number {
    this.need(at, 4, field);
    return this.#view.getFloat32(at, true);
  }
  f64(at: number, field: string): number {
    this.need(at, 8, field);
    return this.#view.getFloat64(at, true);
  }

  /** Refuses what does not lie in the buffer. */
  need(at: number, bytes: number, field: string): void {
    const left = this.bytes.length - at;
    if (at >= 0 && bytes <= left) return;
    throw new PlimsollError('READ_TRUNCATED', {
      what: `${field} of ${this.#what}`,
      offset: at,
      found: Math.max(0, left),
      wanted: bytes,
    });
  }

  corrupt(offset: number, found: string, wanted: string, field: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what: `${field} of ${this.#what}`, offset, found, wanted });
  }
}

const UTF8 = new TextDecoder();

/** One table; fields go by their place in the schema, and an absent one has its default. */
export class FlatTable {
  readonly at: number;
  readonly #buffer: FlatBuffer;
  readonly #vtable: number;
  readonly #size: number;

  constructor(buffer: FlatBuffer, at: number, vtable: number, size: number) {
    this.#buffer = buffer;
    this.at = at;
    this.#vtable = vtable;
    this.#size = size;
  }

  /** Where a field lies, or null where it has its default. */
  #place(field: number, name: string): number | null {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#size) return null;
    const offset = this.#buffer.u16(this.#vtable + entry, name);
    return offset === 0 ? null : this.at + offset;
  }

  #scalar(field: number, name: string, read: (at: number, name: string) => number, fallback: number): number {
    const at = this.#place(field, name);
    return at === null ? fallback : read.call(this.#buffer, at, name);
  }

  i8(field: number, name: string, fallback = 0): number {
    return this.#scalar(field, name, this.#buffer.i8, fallback);
  }
  i32(field: number, name: string, fallback = 0): number {
    return this.#scalar(field, name, this.#buffer.i32, fallback);
  }
  f32(field: number, name: string, fallback = 0): number {
    return this.#scalar(field, name, this.#buffer.f32, fallback);
  }
  f64(field: number, name: string, fallback = 0): number {
    return this.#scalar(field, name, this.#buffer.f64, fallback);
  }

  table(field: number, name: string): FlatTable | null {
    const at = this.#place(field, name);
    return at === null ? null : this.#buffer.tableAt(this.#buffer.target(at, name), name);
  }

  /** The bytes of a vector of items of `width` bytes, a view; empty where it is absent. */
  raw(field: number, name: string, width = 1): Uint8Array {
    const at = this.#place(field, name);
    if (at === null) return this.#buffer.bytes.subarray(0, 0);
    const vector = this.#buffer.vectorAt(this.#buffer.target(at, name), width, name);
    return this.#buffer.bytes.subarray(vector.at, vector.at + vector.length * width);
  }

  text(field: number, name: string): string | null {
    return this.#place(field, name) === null ? null : UTF8.decode(this.raw(field, name));
  }

  // Every platform that runs this is little-endian.
  int32s(field: number, name: string): Int32Array {
    return new Int32Array(this.raw(field, name, 4).slice().buffer);
  }
  float32s(field: number, name: string): Float32Array {
    return new Float32Array(this.raw(field, name, 4).slice().buffer);
  }
  float64s(field: number, name: string): Float64Array {
    return new Float64Array(this.raw(field, name, 8).slice().buffer);
  }

  /** The tables of a vector, in order. */
  tables(field: number, name: string): readonly FlatTable[] {
    return this.#targets(field, name).map((at) => this.#buffer.tableAt(at, name));
  }

  texts(field: number, name: string): readonly string[] {
    return this.#targets(field, name).map((at) => {
      const vector = this.#buffer.vectorAt(at, 1, name);
      return UTF8.decode(this.#buffer.bytes.subarray(vector.at, vector.at + vector.length));
    });
  }

  /** What the items of a vector of offsets point to. */
  #targets(field: number, name: string): readonly number[] {
    const at = this.#place(field, name);
    if (at === null) return [];
    const vector = this.#buffer.vectorAt(this.#buffer.target(at, name), 4, name);
    return Array.from({ length: vector.length }, (_, i) => this.#buffer.target(vector.at + 4 * i, name));
  }
}

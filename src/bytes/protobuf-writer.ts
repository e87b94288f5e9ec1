import { WIRE } from './protobuf.ts';

const utf8Encoder = new TextEncoder();

/** Writer of the protobuf wire format. Collects chunks; large byte values are kept by reference and copied once, in `finish`, or not at all. */
export class ProtoWriter {
  readonly #chunks: Uint8Array[] = [];
  #capacity = 64;
  #scratch = new Uint8Array(64);
  #used = 0;
  #size = 0;

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  /** int64, int32, enum or bool field. */
  int(field: number, value: number | bigint): void {
    this.#tag(field, WIRE.varint);
    this.#varint(value);
  }

  float(field: number, value: number): void {
    this.#tag(field, WIRE.fixed32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    for (const byte of bytes) this.#byte(byte);
  }

  double(field: number, value: number): void {
    this.#tag(field, WIRE.fixed64);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    for (const byte of bytes) this.#byte(byte);
  }

  string(field: number, value: string): void {
    this.bytes(field, utf8Encoder.encode(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, WIRE.bytes);
    this.#varint(value.length);
    this.#append(value);
  }

  /** Nested message, filled by `write`. */
  message(field: number, write: (writer: ProtoWriter) => void): void {
    const inner = new ProtoWriter();
    write(inner);
    inner.#flush();
    this.#tag(field, WIRE.bytes);
    this.#varint(inner.#size);
    for (const chunk of inner.#chunks) this.#append(chunk);
  }

  /** Packed repeated int64. */
  packedInts(field: number, values: Iterable<number | bigint>): void {
    const inner = new ProtoWriter();
    for (const value of values) inner.#varint(value);
    inner.#flush();
    this.#tag(field, WIRE.bytes);
    this.#varint(inner.#size);
    for (const chunk of inner.#chunks) this.#append(chunk);
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.pieces()) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  /** What was written, as pieces that follow one another: large byte values are the very arrays that were given. */
  pieces(): readonly Uint8Array[] {
    this.#flush();
    return this.#chunks;
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire);
  }

  #varint(value: number | bigint): void {
    if (typeof value === 'bigint' || value < 0 || value > 0x7fffffff) {
      let rest = BigInt.asUintN(64, BigInt(value));
      while (rest > 0x7fn) {
        this.#byte(Number(rest & 0x7fn) | 0x80);
        rest >>= 7n;
      }
      this.#byte(Number(rest));
      return;
    }
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    if (this.#used === this.#scratch.length) {
      this.#flush();
      this.#capacity = Math.min(this.#capacity * 2, 65_536);
      this.#scratch = new Uint8Array(this.#capacity);
    }
    this.#scratch[this.#used] = value;
    this.#used += 1;
    this.#size += 1;
  }

  #append(chunk: Uint8Array): void {
    if (chunk.length < 32) {
      for (const byte of chunk) this.#byte(byte);
      return;
    }
    this.#flush();
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.#chunks.push(this.#scratch.subarray(0, this.#used));
    this.#scratch = this.#scratch.subarray(this.#used);
    this.#used = 0;
  }
}

/**
 * Thrift's compact protocol, as plain values: what the footer of a Parquet file is written in. Pure.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { PlimsollError } from '../core/errors.ts';
import { ByteCursor } from './cursor.ts';

/** Codes of the protocol. A boolean field has its value for a type. */
export const THRIFT = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

export interface ThriftList {
  /** Type of the elements. */
  readonly of: number;
  readonly items: readonly ThriftValue[];
}

/** Integers are bigints; binaries and doubles their bytes. Bytes in the place of a struct are one that is encoded already. */
export type ThriftValue = boolean | bigint | Uint8Array | ThriftList | ThriftStruct;

/** By number of the field, in the order of the bytes. */
export type ThriftStruct = ReadonlyMap<number, { readonly type: number; readonly value: ThriftValue }>;

const DEPTH_MAX = 32;
/** Bytes of the longest varint. */
const VARINT_MAX = 10;
/** Where a list says its length in a varint, and a field its number. */
const LONG = 15;

const damaged = (problem: string): PlimsollError =>
  new PlimsollError('INTERNAL', { action: 'reading Thrift', reason: problem });

/** Reads one struct. Throws READ_TRUNCATED, and INTERNAL where it is none that the protocol knows. Maps are not read. */
export function decodeThrift(bytes: Uint8Array): ThriftStruct {
  return readStruct(new ByteCursor(bytes), DEPTH_MAX);
}

function readStruct(cursor: ByteCursor, depth: number): ThriftStruct {
  if (depth === 0) throw damaged(`structs lie within each other more than ${DEPTH_MAX} deep`);
  const fields = new Map<number, { type: number; value: ThriftValue }>();
  for (let id = 0; ; ) {
    const head = cursor.u8('a field');
    if (head === 0) return fields;
    const type = head & 15;
    id = head >> 4 === 0 ? Number(zigzag(readVarint(cursor))) : id + (head >> 4);
    const isFlag = type === THRIFT.true || type === THRIFT.false;
    fields.set(id, { type, value: isFlag ? type === THRIFT.true : readValue(cursor, type, depth - 1) });
  }
}

function readValue(cursor: ByteCursor, type: number, depth: number): ThriftValue {
  switch (type) {
    case THRIFT.true:
    case THRIFT.false:
      return cursor.u8('a boolean') === THRIFT.true;
    case THRIFT.byte:
      return BigInt(cursor.u8('a byte'));
    case THRIFT.i16:
    case THRIFT.i32:
    case THRIFT.i64:
      return zigzag(readVarint(cursor));
    case THRIFT.double:
      return cursor.take(8, 'a double');
    case THRIFT.binary:
      return cursor.take(Number(readVarint(cursor)), 'a binary');
    case THRIFT.list:
    case THRIFT.set:
      return readList(cursor, depth);
    case THRIFT.struct:
      return readStruct(cursor, depth);
    default:
      throw damaged(`type ${type} at byte ${cursor.offset}`);
  }
}

function readList(cursor: ByteCursor, depth: number): ThriftList {
  if (depth <= 0) throw damaged(`lists lie within each other more than ${DEPTH_MAX} deep`);
  const head = cursor.u8('a list');
  const count = head >> 4 === LONG ? Number(readVarint(cursor)) : head >> 4;
  // Every element takes a byte at least.
  if (count > cursor.left) throw damaged(`a list of ${count} with ${cursor.left} bytes left`);
  const of = head & 15;
  return { of, items: Array.from({ length: count }, () => readValue(cursor, of, depth - 1)) };
}

function readVarint(cursor: ByteCursor): bigint {
  let value = 0n;
  for (let i = 0; i < VARINT_MAX; i++) {
    const byte = cursor.u8('an integer');
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return value;
  }
  throw damaged(`an integer of more than ${VARINT_MAX} bytes before byte ${cursor.offset}`);
}

const zigzag = (value: bigint): bigint => (value >> 1n) ^ -(value & 1n);
const unzigzag = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));

/** The bytes of a struct. */
export function encodeThrift(struct: ThriftStruct): Uint8Array {
  const writer = new Writer();
  writer.struct(struct);
  return writer.bytes;
}

class Writer {
  #buffer = new Uint8Array(1024);
  #size = 0;

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  struct(struct: ThriftStruct): void {
    let last = 0;
    for (const [id, { type, value }] of struct) {
      const step = id - last;
      const isShort = step > 0 && step < LONG + 1;
      this.#byte(isShort ? (step << 4) | type : type);
      if (!isShort) this.#varint(unzigzag(BigInt(id)));
      if (typeof value !== 'boolean') this.#value(type, value);
      last = id;
    }
    this.#byte(0);
  }

  #value(type: number, value: ThriftValue): void {
    if (typeof value === 'boolean') this.#byte(value ? THRIFT.true : THRIFT.false);
    else if (typeof value === 'bigint') {
      if (type === THRIFT.byte) this.#byte(Number(value));
      else this.#varint(unzigzag(value));
    } else if (value instanceof Uint8Array) {
      if (type === THRIFT.binary) this.#varint(BigInt(value.length));
      this.#raw(value);
    } else if (value instanceof Map) this.struct(value);
    else this.#list(value as ThriftList);
  }

  #list({ of, items }: ThriftList): void {
    this.#byte((Math.min(items.length, LONG) << 4) | of);
    if (items.length >= LONG) this.#varint(BigInt(items.length));
    for (const item of items) this.#value(of, item);
  }

  #varint(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#byte(Number(rest & 0x7fn) | 0x80);
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#size++] = value;
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#size + more));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/**
 * Whether bytes have the frame of an Arrow IPC stream: every message and every list in its metadata ends where the bytes do.
 * The reader of apache-arrow believes what it reads, and counts to whatever it says. Pure.
 *
 * Layout: https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc, with the
 * tables of Message.fbs and Schema.fbs; flatbuffers: https://flatbuffers.dev/internals.
 */
import { PlimsollError } from '../core/errors.ts';

/** Columns and their parts, at most. */
const FIELDS_MAX = 100_000;
const DEPTH_MAX = 32;

/** Kinds of messages (Message.fbs, union MessageHeader). */
const SCHEMA = 1;
const DICTIONARY_BATCH = 2;
const RECORD_BATCH = 3;

/** Bytes of a FieldNode and of a Buffer. */
const STRUCT_BYTES = 16;

/** Throws READ_CORRUPT at the first place that points outside. */
export function verifyStream(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    let length = int32(view, at);
    at += 4;
    if (length === -1) {
      length = int32(view, at);
      at += 4;
    }
    if (length === 0) return;
    if (length < 0 || length > bytes.length - at) throw corrupt(at, `a message of ${length} bytes`);
    const body = verifyMessage(bytes.subarray(at, at + length), at);
    at += length;
    if (body < 0n || body > bytes.length - at) throw corrupt(at, `a body of ${body} bytes`);
    at += Number(body);
  }
}

/** The length of the body that the head of a message announces. Throws READ_CORRUPT where the head points outside. */
export const verifyMessage = (head: Uint8Array, offset: number): bigint =>
  new Metadata(head, offset).message();

/** Throws READ_CORRUPT where the schema in the footer of a file points outside (File.fbs). */
export const verifyFooter = (footer: Uint8Array, offset: number): void =>
  new Metadata(footer, offset).footer();

function int32(view: DataView, at: number): number {
  if (at + 4 > view.byteLength) throw corrupt(at, `${view.byteLength - at} bytes`);
  return view.getInt32(at, true);
}

function corrupt(offset: number, found: string): PlimsollError {
  return new PlimsollError('READ_CORRUPT', {
    what: 'a request',
    offset,
    found,
    wanted: 'an Arrow IPC stream',
  });
}

/** The flatbuffer of one message, or of a footer. */
class Metadata {
  readonly #view: DataView;
  readonly #offset: number;
  #fields = 0;

  constructor(bytes: Uint8Array, offset: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
  }

  message(): bigint {
    const message = this.#follow(0);
    const kind = this.#field(message, 1);
    const header = this.#field(message, 2);
    const body = this.#field(message, 3);
    if (kind === null || header === null) throw this.#corrupt(message, 'a message without a header');
    this.#header(this.#read(kind, 1).getUint8(0), this.#follow(header));
    return body === null ? 0n : this.#read(body, 8).getBigInt64(0, true);
  }

  footer(): void {
    const schema = this.#field(this.#follow(0), 1);
    if (schema !== null) this.#tables(this.#field(this.#follow(schema), 1), 0);
  }

  #header(kind: number, table: number): void {
    if (kind === SCHEMA) this.#tables(this.#field(table, 1), 0);
    else if (kind === RECORD_BATCH) this.#batch(table);
    else if (kind === DICTIONARY_BATCH) {
      const data = this.#field(table, 1);
      if (data !== null) this.#batch(this.#follow(data));
    } else throw this.#corrupt(table, `a message of kind ${kind}`);
  }

  #batch(table: number): void {
    this.#vector(this.#field(table, 1), STRUCT_BYTES);
    this.#vector(this.#field(table, 2), STRUCT_BYTES);
    this.#vector(this.#field(table, 4), 8);
  }

  /** A list of fields, each with its children (Schema.fbs, table Field). */
  #tables(vector: number | null, depth: number): void {
    const { start, count } = this.#vector(vector, 4);
    this.#fields += count;
    if (depth > DEPTH_MAX || this.#fields > FIELDS_MAX)
      throw this.#corrupt(start, `more than ${FIELDS_MAX} fields`);
    for (let i = 0; i < count; i++) this.#tables(this.#field(this.#follow(start + 4 * i), 5), depth + 1);
  }

  #vector(at: number | null, width: number): { readonly start: number; readonly count: number } {
    if (at === null) return { start: 0, count: 0 };
    const head = this.#follow(at);
    const count = this.#read(head, 4).getUint32(0, true);
    const start = head + 4;
    if (count * width > this.#view.byteLength - start) throw this.#corrupt(head, `a list of ${count}`);
    return { start, count };
  }

  /** Where the offset at `at` leads. */
  #follow(at: number): number {
    return at + this.#read(at, 4).getUint32(0, true);
  }

  /** Place of field `index` of a table, or null where it is absent. */
  #field(table: number, index: number): number | null {
    const vtable = table - this.#read(table, 4).getInt32(0, true);
    const slot = 4 + 2 * index;
    if (slot + 2 > this.#read(vtable, 4).getUint16(0, true)) return null;
    const offset = this.#read(vtable + slot, 2).getUint16(0, true);
    return offset === 0 ? null : table + offset;
  }

  #read(at: number, bytes: number): DataView {
    if (at < 0 || at + bytes > this.#view.byteLength) throw this.#corrupt(at, 'an offset that leads outside');
    return new DataView(this.#view.buffer, this.#view.byteOffset + at, bytes);
  }

  #corrupt(at: number, found: string): PlimsollError {
    return corrupt(this.#offset + Math.max(0, at), found);
  }
}

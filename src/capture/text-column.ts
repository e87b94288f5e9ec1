/**
 * A column of texts as bytes: count of different texts (u32) · length of all of them in bytes (u32) · length of each (u32)
 * · which of them each row has, from 1, 0 for none (u32) · the texts in UTF-8. Little-endian. Pure.
 */
import type { ByteCursor } from '../bytes/cursor.ts';
import { PlimsollError } from '../core/errors.ts';
import { numberBytes, numbersFromBytes } from './number-bytes.ts';

type Texts = readonly (string | null)[];

export interface PackedTexts {
  readonly lengths: Uint32Array;
  readonly indices: Uint32Array;
  readonly text: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Half of a surrogate pair has no UTF-8 and becomes U+FFFD. */
export function packTexts(values: Texts): PackedTexts {
  const places = new Map<string, number>();
  const indices = Uint32Array.from(values, (value) => {
    if (value === null) return 0;
    const known = places.get(value);
    if (known !== undefined) return known;
    places.set(value, places.size + 1);
    return places.size;
  });
  const entries = [...places.keys()];
  const joined = entries.join('');
  const text = encoder.encode(joined);
  // Of ASCII texts, as nearly all are, the characters are the bytes. A pair may not be joined out of two halves.
  if (text.length === joined.length)
    return { indices, text, lengths: Uint32Array.from(entries, (entry) => entry.length) };
  const parts = entries.map((entry) => encoder.encode(entry));
  const lengths = Uint32Array.from(parts, (part) => part.length);
  const apart = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    apart.set(part, at);
    at += part.length;
  }
  return { indices, text: apart, lengths };
}

export const textBytes = ({ lengths, indices, text }: PackedTexts): number =>
  8 + 4 * lengths.length + 4 * indices.length + text.length;

/** Writes a packed column and answers where it ends. */
export function writeTexts({ lengths, indices, text }: PackedTexts, into: Uint8Array, start: number): number {
  let at = start;
  for (const part of [numberBytes(Uint32Array.of(lengths.length, text.length)), numberBytes(lengths)]) {
    into.set(part, at);
    at += part.length;
  }
  into.set(numberBytes(indices), at);
  at += indices.byteLength;
  into.set(text, at);
  return at + text.length;
}

/** Throws READ_TRUNCATED, and READ_CORRUPT where lengths or indices lead nowhere. */
export function readTexts(cursor: ByteCursor, rows: number, what: string): (string | null)[] {
  const count = cursor.u32(what);
  const size = cursor.u32(what);
  const lengths = readWords(cursor, count, what);
  const indices = readWords(cursor, rows, what);
  const at = cursor.offset;
  const bytes = cursor.take(size, what);
  const whole = decoded(bytes, what, at);
  // Of ASCII texts, as nearly all are, the characters are the bytes.
  const isPlain = whole.length === size;
  const entries: (string | null)[] = [null];
  let end = 0;
  for (const length of lengths) {
    if (length > size - end)
      throw corruptTexts(what, at + end, `a text of ${length} bytes`, `at most ${size - end}`);
    const next = end + length;
    entries.push(isPlain ? whole.slice(end, next) : decoded(bytes.subarray(end, next), what, at + end));
    end = next;
  }
  if (end !== size) throw corruptTexts(what, at, `${end} bytes of texts`, `${size}`);
  const values = new Array<string | null>(rows);
  for (let i = 0; i < rows; i++) {
    const index = indices[i]!;
    const text = entries[index];
    if (text === undefined) throw corruptTexts(what, at, `text ${index}`, `at most ${count}`);
    values[i] = text;
  }
  return values;
}

const readWords = (cursor: ByteCursor, count: number, what: string): Uint32Array =>
  numbersFromBytes(Uint32Array, cursor.take(4 * count, what));

function decoded(bytes: Uint8Array, what: string, offset: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw corruptTexts(what, offset, 'bytes that are no UTF-8', 'a text');
  }
}

export const corruptTexts = (what: string, offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what, offset, found, wanted });

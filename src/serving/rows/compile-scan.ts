import { isOneOf } from '../../core/record.ts';
import { releaseBuffer } from '../../core/release-buffer.ts';
import type { Batch } from '../../model/batch.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { ENVELOPES } from './decode.ts';

/** A number of at most so many digits is a double by itself, and so is what it is divided by: the quotient is rounded once. */
const DIGITS_MAX = 15;
const POWERS = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, k) => 10 ** k);
/** Magnitude below which such numbers are. */
const LARGEST = 10 ** DIGITS_MAX;

const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [COMMA, MINUS, DOT, ZERO, NINE, COLON] = [0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x3a];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Keys in JSON that need no escape, in ASCII: their bytes are the same in every encoding of a body. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const NOWHERE = -1;

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const [ROWS, INSTANCES] = [bytesOf('"rows"'), bytesOf('"instances"')];

/** Reads the rows of a body; null where it is anything but what it knows. */
export type ScanRows = (bytes: Uint8Array) => Batch | null;

/**
 * `JSON.parse` and `decodeInput` in one, prepared for a signature of numbers alone, and for the usual body: `rows` or
 * `instances` by itself, each row a list or an object with its keys in the order of the signature, each cell a number of at
 * most 15 digits without an exponent. No value is made but the batch. Numbers are exact by Clinger's first case ("How to read
 * floating point numbers accurately", PLDI 1990): a whole number below 2^53, divided by a power of ten below 10^22. Everything
 * else, and so every complaint, is for `JSON.parse`. null where the signature is another one. The batch takes at most 4 bytes a
 * byte of the body.
 */
export function compileScan(signature: Signature): ScanRows | null {
  if (signature.form === 'tensors' || signature.open) return null;
  const { columns } = signature;
  const isEnvelope = ({ name }: ColumnSpec): boolean => isOneOf(ENVELOPES, name);
  if (columns.length === 0 || !columns.every(isPlain) || columns.some(isEnvelope)) return null;
  const scanner = new RowScanner(columns.map(({ name }) => bytesOf(`"${name}"`)));
  return (bytes) => scanner.scan(bytes);
}

const isPlain = ({ name, type, categories, ignored, largest = Infinity }: ColumnSpec): boolean =>
  type === 'number' && !categories && !ignored && largest >= LARGEST && PLAIN.test(name);

class RowScanner {
  readonly #keys: readonly Uint8Array[];
  /** The number that has just been read. */
  #value = 0;

  constructor(keys: readonly Uint8Array[]) {
    this.#keys = keys;
  }

  scan(bytes: Uint8Array): Batch | null {
    const at = this.#envelope(bytes);
    if (at === NOWHERE) return null;
    const width = this.#keys.length;
    const data = new Float64Array(mostRows(bytes, at, width) * width);
    const rows = this.#rows(bytes, at, data);
    // The body is parsed next, into memory of the same size: what was begun is not to lie beside it.
    if (rows === NOWHERE) {
      releaseBuffer(data);
      return null;
    }
    const size = rows * width;
    return { kind: 'matrix', rows, width, data: size === data.length ? data : data.slice(0, size) };
  }

  /** Reads all rows from `start` to the end of the body, and says how many there are. */
  #rows(bytes: Uint8Array, start: number, data: Float64Array): number {
    const width = this.#keys.length;
    let at = start;
    let rows = 0;
    for (let next: number | undefined = COMMA; next === COMMA; at++) {
      at = this.#row(bytes, after(bytes, at), data, rows * width);
      if (at === NOWHERE) return NOWHERE;
      rows++;
      at = after(bytes, at);
      next = bytes[at];
      if (next !== COMMA && next !== LIST_END) return NOWHERE;
    }
    at = after(bytes, at);
    return bytes[at] === OBJECT_END && after(bytes, at + 1) === bytes.length ? rows : NOWHERE;
  }

  /** Where the first row is looked for. */
  #envelope(bytes: Uint8Array): number {
    let at = after(bytes, 0);
    if (bytes[at] !== OBJECT) return NOWHERE;
    at = after(bytes, at + 1);
    const key = isAt(ROWS, bytes, at) ? ROWS : INSTANCES;
    if (!isAt(key, bytes, at)) return NOWHERE;
    at = after(bytes, at + key.length);
    if (bytes[at] !== COLON) return NOWHERE;
    at = after(bytes, at + 1);
    return bytes[at] === LIST ? at + 1 : NOWHERE;
  }

  /** Where the row that begins at `at` has ended. */
  #row(bytes: Uint8Array, at: number, data: Float64Array, start: number): number {
    const first = bytes[at];
    if (first !== LIST && first !== OBJECT) return NOWHERE;
    const keys = this.#keys;
    const last = keys.length - 1;
    const end = first === LIST ? LIST_END : OBJECT_END;
    let place = at + 1;
    for (let j = 0; j <= last; j++) {
      place = after(bytes, place);
      if (first === OBJECT) {
        const key = keys[j]!;
        if (!isAt(key, bytes, place)) return NOWHERE;
        place = after(bytes, place + key.length);
        if (bytes[place] !== COLON) return NOWHERE;
        place = after(bytes, place + 1);
      }
      place = this.#number(bytes, place);
      if (place === NOWHERE) return NOWHERE;
      data[start + j] = this.#value;
      place = after(bytes, place);
      if (bytes[place] !== (j === last ? end : COMMA)) return NOWHERE;
      place++;
    }
    return place;
  }

  /** Where the number that begins at `at` has ended. */
  #number(bytes: Uint8Array, at: number): number {
    const isNegative = bytes[at] === MINUS;
    const start = isNegative ? at + 1 : at;
    let place = start;
    let whole = 0;
    let code = bytes[place]!;
    const isZero = code === ZERO;
    for (; code >= ZERO && code <= NINE; code = bytes[++place]!) whole = whole * 10 + (code - ZERO);
    const digits = place - start;
    if (digits === 0 || (isZero && digits > 1)) return NOWHERE;
    let decimals = 0;
    if (code === DOT) {
      code = bytes[++place]!;
      const from = place;
      for (; code >= ZERO && code <= NINE; code = bytes[++place]!) whole = whole * 10 + (code - ZERO);
      decimals = place - from;
      if (decimals === 0) return NOWHERE;
    }
    if (digits + decimals > DIGITS_MAX) return NOWHERE;
    const value = whole / POWERS[decimals]!;
    this.#value = isNegative ? -value : value;
    return place;
  }
}

function isAt(key: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let k = 0; k < key.length; k++) if (bytes[at + k] !== key[k]) return false;
  return true;
}

/** Where the blanks at `at`, if any, have ended. */
function after(bytes: Uint8Array, at: number): number {
  let place = at;
  for (let code = bytes[place]!; code <= SPACE; code = bytes[++place]!)
    if (code !== SPACE && code !== LINE_FEED && code !== RETURN && code !== TAB) break;
  return place;
}

/**
 * Rows from `at` on at most: those that begin, and of those no more than there are bytes for, whose cells are a digit each with
 * something around it. More begin only where a key has a bracket in it.
 */
function mostRows(bytes: Uint8Array, at: number, width: number): number {
  let begun = 0;
  for (let place = at; place < bytes.length; place++) {
    const code = bytes[place]!;
    if (code === LIST || code === OBJECT) begun++;
  }
  return Math.min(begun, Math.ceil((bytes.length - at) / (2 * width + 1)));
}

import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { DocumentObject, DocumentValue } from './document.ts';
import { KeptValues, type NeededFields } from './kept-values.ts';
import { KeyCache } from './key-cache.ts';

/**
 * `loose` is what XGBoost reads and writes beside the JSON of RFC 8259: words for NaN and infinities, strings that are no
 * UTF-8, and a zero byte behind the end, as raw buffers have.
 */
export type JsonDialect = 'standard' | 'loose';

/** How a document is read, beyond what the standard says. */
export interface JsonReading {
  readonly dialect?: JsonDialect | undefined;
  readonly needed?: NeededFields | undefined;
}

/** Memory of a list, of an object, of a value, and of a string beside its characters: about. */
const LIST_BYTES = 120;
const OBJECT_BYTES = 200;
const VALUE_BYTES = 16;
const STRING_BYTES = 16;
/** Values between two looks at the clock. */
const TICK = 2 ** 16;
/** Numbers that share a buffer, for many lists are short. */
const MOST_ROOM = 2 ** 16;
const FIRST_ROOM = 64;
/** Powers of ten that float64 holds exactly: a whole number below 2⁵³ times or by one of them is rounded once. */
const POWERS = Array.from({ length: 23 }, (_, power) => 10 ** power);
const EXACT = 2 ** 53;
/** A TextDecoder call costs more than a short text does. */
const SHORT = 48;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
const LOOSE_NUMBERS = [
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['inf', Infinity],
  ['-inf', -Infinity],
] as const;
const NO_NUMBERS = new Float64Array(0);

const DECODERS = {
  standard: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
  loose: new TextDecoder('utf-8', { ignoreBOM: true }),
} as const;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= 0x39;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const ascii = (bytes: Uint8Array): string => Reflect.apply(String.fromCharCode, null, bytes);

/**
 * Reads a text of JSON within the budget, byte by byte: numbers of a list go to a typed array, so that a large model takes a
 * few times its size, and less where `needed` says what of its objects is forgotten at once. A key that an object has twice is refused, for readers disagree which of the two counts.
 * Errors: READ_CORRUPT, READ_LIMIT, READ_TRUNCATED, each with the byte.
 */
export function readJson(
  bytes: Uint8Array,
  what: string,
  budget: ReadBudget,
  reading: JsonReading = {},
): DocumentValue {
  return new JsonReader(bytes, what, budget, reading).read();
}

class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #budget: ReadBudget;
  readonly #dialect: JsonDialect;
  readonly #needed: NeededFields | null;
  readonly #kept: KeptValues;
  readonly #keys = new KeyCache();
  #at = 0;
  #depth = 0;
  #values = 0;
  /** Numbers of lists that were read, the last of them before `#used`, and room for more. */
  #room = NO_NUMBERS;
  #used = 0;

  constructor(bytes: Uint8Array, what: string, budget: ReadBudget, reading: JsonReading) {
    this.#bytes = bytes;
    this.#what = what;
    this.#budget = budget;
    this.#dialect = reading.dialect ?? 'standard';
    this.#needed = reading.needed ?? null;
    this.#kept = new KeptValues(budget);
  }

  read(): DocumentValue {
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    const rest = this.#bytes[this.#at];
    if (rest !== undefined && (rest !== 0 || this.#dialect === 'standard')) throw this.#wrong('the end');
    return value;
  }

  #value(): DocumentValue {
    this.#tick();
    this.#budget.charge(VALUE_BYTES, this.#what, this.#at);
    const byte = this.#bytes[this.#at];
    if (byte === QUOTE) return this.#string();
    if (byte === OPEN_OBJECT) return this.#object();
    if (byte === OPEN_LIST) return this.#list();
    const number = this.#number();
    if (number !== null) return number;
    for (const [word, value] of WORDS) if (this.#takes(word)) return value;
    throw this.#wrong('a value');
  }

  #object(): DocumentObject {
    const offset = this.#open(OBJECT_BYTES);
    const [room, used] = [this.#room, this.#used];
    const fields = new Map<string, DocumentValue>();
    while (this.#hasNext(CLOSE_OBJECT, '"}"', fields.size)) {
      const at = this.#at;
      const key = this.#key();
      if (fields.has(key))
        throw this.#corrupt(at, `${JSON.stringify(key.slice(0, 80))} twice in one object`, 'each key once');
      this.#skipSpace();
      if (this.#bytes[this.#at] !== COLON) throw this.#wrong('":"');
      this.#at += 1;
      this.#skipSpace();
      fields.set(key, this.#value());
    }
    this.#depth -= 1;
    const names = this.#needed?.(fields) ?? null;
    if (names === null) return { offset, fields };
    const kept = this.#kept.fields(fields, names, this.#what, offset);
    // All that was read of it may be overwritten.
    this.#used = this.#room === room ? used : 0;
    return { offset, fields: kept };
  }

  #key(): string {
    const key = this.#bytes[this.#at] === QUOTE ? this.#keys.read(this.#bytes, this.#at + 1) : null;
    if (key === null) return this.#string();
    this.#at += key.length + 2;
    return key;
  }

  /** Numbers as long as nothing else comes, then any values. */
  #list(): DocumentValue {
    this.#open(LIST_BYTES);
    let length = 0;
    let isOpen = this.#hasNext(CLOSE_LIST, '"]"', length);
    for (; isOpen; isOpen = this.#hasNext(CLOSE_LIST, '"]"', length)) {
      const number = this.#number();
      if (number === null) break;
      this.#tick();
      if (this.#used + length === this.#room.length) this.#makeRoom(length);
      this.#room[this.#used + length++] = number;
    }
    const numbers = length === 0 ? NO_NUMBERS : this.#room.subarray(this.#used, this.#used + length);
    if (isOpen) return this.#items(Array.from(numbers));
    this.#used += length;
    this.#depth -= 1;
    return numbers;
  }

  #items(items: DocumentValue[]): DocumentValue {
    do items.push(this.#value());
    while (this.#hasNext(CLOSE_LIST, '"]"', items.length));
    this.#depth -= 1;
    return items;
  }

  /** Another buffer, where the list that is being read has `length` numbers in the last one. */
  #makeRoom(length: number): void {
    const size = Math.max(FIRST_ROOM, Math.min(MOST_ROOM, 2 * this.#room.length), 2 * length);
    this.#budget.charge(8 * size, this.#what, this.#at);
    const room = new Float64Array(size);
    room.set(this.#room.subarray(this.#used, this.#used + length));
    this.#room = room;
    this.#used = 0;
  }

  /** Steps over the bracket that is here, and answers its byte. */
  #open(bytes: number): number {
    this.#depth += 1;
    this.#budget.check('depth', this.#depth, this.#what, this.#at);
    this.#budget.charge(bytes, this.#what, this.#at);
    return this.#at++;
  }

  /** Steps to the next item of a container that has `count` so far, or past its end. */
  #hasNext(end: number, name: string, count: number): boolean {
    this.#skipSpace();
    const byte = this.#bytes[this.#at];
    if (byte === end) {
      this.#at += 1;
      return false;
    }
    if (count === 0) return true;
    if (byte !== COMMA) throw this.#wrong(`"," or ${name}`);
    this.#at += 1;
    this.#skipSpace();
    return true;
  }

  /** The number that begins here, or null where something else does. */
  #number(): number | null {
    const byte = this.#bytes[this.#at];
    const isLoose = this.#dialect === 'loose';
    if (isDigit(byte)) return this.#decimal();
    if (byte === MINUS && (!isLoose || isDigit(this.#bytes[this.#at + 1]))) return this.#decimal();
    if (isLoose) for (const [word, value] of LOOSE_NUMBERS) if (this.#takes(word)) return value;
    return null;
  }

  /** Rounded once wherever a whole number and a power of ten make it, else by the language. */
  #decimal(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    const negative = bytes[start] === MINUS;
    const first = negative ? start + 1 : start;
    let at = first;
    let whole = 0;
    let shift = 0;
    for (let byte = bytes[at]!; isDigit(byte); byte = bytes[++at]!) whole = whole * 10 + (byte - ZERO);
    this.#digits(first, at);
    if (bytes[first] === ZERO && at > first + 1) {
      this.#at = first + 1;
      throw this.#wrong('a number without leading zeros');
    }
    if (bytes[at] === POINT) {
      const point = ++at;
      for (let byte = bytes[at]!; isDigit(byte); byte = bytes[++at]!) whole = whole * 10 + (byte - ZERO);
      this.#digits(point, at);
      shift = point - at;
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      const sign = bytes[++at];
      if (sign === MINUS || sign === PLUS) at += 1;
      const from = at;
      let exponent = 0;
      for (let byte = bytes[at]!; isDigit(byte); byte = bytes[++at]!)
        exponent = Math.min(exponent * 10 + (byte - ZERO), 10_000);
      this.#digits(from, at);
      shift += sign === MINUS ? -exponent : exponent;
    }
    this.#at = at;
    this.#budget.check('lineBytes', at - start, 'a number', start);
    const power = POWERS[Math.abs(shift)];
    if (whole >= EXACT || power === undefined) return Number(this.#text(start, at, 0));
    const value = shift < 0 ? whole / power : whole * power;
    return negative ? -value : value;
  }

  /** Refuses a part of a number that has no digits. */
  #digits(from: number, to: number): void {
    if (to > from) return;
    this.#at = to;
    throw this.#wrong('a digit');
  }

  #string(): string {
    const bytes = this.#bytes;
    const start = this.#at;
    if (bytes[start] !== QUOTE) throw this.#wrong('a string');
    let escaped = false;
    let bits = 0;
    let at = start + 1;
    for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[++at]) {
      if (byte === undefined || (byte === BACKSLASH && at + 1 >= bytes.length)) {
        this.#at = bytes.length;
        throw this.#wrong('the end of a string');
      }
      if (byte < 0x20) throw this.#corrupt(start, `the byte ${byte} in a string`, 'an escape of it');
      bits |= byte;
      if (byte !== BACKSLASH) continue;
      escaped = true;
      at += 1;
    }
    const length = at - start - 1;
    this.#budget.check('stringBytes', length, 'a string', start);
    // One character that takes two bytes makes all of them take two.
    const width = escaped || bits > 0x7f ? 2 : 1;
    this.#budget.charge(STRING_BYTES + width * length, 'a string', start);
    this.#at = at + 1;
    return escaped ? this.#unescaped(start, at + 1, bits) : this.#text(start + 1, at, bits);
  }

  /** The text of bytes, which none of has more bits than `bits`. */
  #text(from: number, to: number, bits: number): string {
    const bytes = this.#bytes.subarray(from, to);
    if (bits <= 0x7f && bytes.length <= SHORT) return ascii(bytes);
    try {
      return DECODERS[this.#dialect].decode(bytes);
    } catch {
      throw this.#corrupt(from, 'bytes that are not UTF-8', 'UTF-8');
    }
  }

  #unescaped(from: number, to: number, bits: number): string {
    const literal = this.#text(from, to, bits);
    try {
      return String(JSON.parse(literal));
    } catch {
      throw this.#corrupt(from, 'an escape that JSON does not have', 'a string');
    }
  }

  #takes(word: string): boolean {
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) return false;
    this.#at += word.length;
    return true;
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.#at]!)) this.#at += 1;
  }

  #tick(): void {
    this.#values += 1;
    if (this.#values % TICK === 0) this.#budget.checkTime(this.#what, this.#at);
  }

  #wrong(wanted: string): PlimsollError {
    const byte = this.#bytes[this.#at];
    if (byte === undefined)
      return new PlimsollError('READ_TRUNCATED', { what: this.#what, offset: this.#at, found: 0, wanted });
    const found = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
    return this.#corrupt(this.#at, found, wanted);
  }

  #corrupt(offset: number, found: string, wanted: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what: this.#what, offset, found, wanted });
  }
}

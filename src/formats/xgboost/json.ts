import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { DocumentObject, DocumentValue } from './document.ts';

const WHAT = 'a JSON document';
/** Charged for a value that is no number of an array. */
const VALUE_BYTES = 48;
/** Values between two looks at the clock. */
const TICK = 2 ** 16;
/** Numbers that an array first has room for. */
const FIRST_ROOM = 16;
/** Powers of ten that float64 holds exactly: a whole number below 2⁵³ times or by one of them is rounded once. */
const POWERS = Array.from({ length: 23 }, (_, power) => 10 ** power);
const EXACT = 2 ** 53;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Words that stand for values; XGBoost writes NaN and infinities so. */
const WORDS: readonly (readonly [string, DocumentValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', Number.NaN],
];

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * Reads a document of JSON, byte by byte: numbers of an array go to a typed array, so that a large booster takes a few
 * times its size and no string is longer than the limit.
 */
export function readJson(bytes: Uint8Array, budget: ReadBudget): DocumentValue {
  const reader = new JsonDocument(bytes, budget);
  return reader.read();
}

class JsonDocument {
  readonly #bytes: Uint8Array;
  readonly #budget: ReadBudget;
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(bytes: Uint8Array, budget: ReadBudget) {
    this.#bytes = bytes;
    this.#budget = budget;
  }

  read(): DocumentValue {
    const value = this.#value();
    this.#skipSpace();
    // Raw buffers end in a zero byte.
    if (this.#at < this.#bytes.length && this.#bytes[this.#at] !== 0) throw this.#wrong('the end');
    return value;
  }

  #value(): DocumentValue {
    this.#skipSpace();
    const byte = this.#bytes[this.#at];
    if (byte === OPEN_OBJECT) return this.#nested(() => this.#object());
    if (byte === OPEN_LIST) return this.#nested(() => this.#list());
    this.#count(VALUE_BYTES);
    if (byte === QUOTE) return this.#string();
    return this.#scalar();
  }

  #scalar(): DocumentValue {
    const byte = this.#bytes[this.#at] ?? 0;
    const follows = this.#bytes[this.#at + 1] ?? 0;
    if (isDigit(byte) || (byte === MINUS && isDigit(follows))) return this.#number();
    for (const [word, value] of WORDS) if (this.#takes(word)) return value;
    throw this.#wrong('a value');
  }

  #takes(word: string): boolean {
    for (let i = 0; i < word.length; i++) if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) return false;
    this.#at += word.length;
    return true;
  }

  #nested(read: () => DocumentValue): DocumentValue {
    this.#depth += 1;
    this.#budget.check('depth', this.#depth, WHAT, this.#at);
    this.#count(VALUE_BYTES);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): DocumentObject {
    const offset = this.#at++;
    const fields = new Map<string, DocumentValue>();
    this.#skipSpace();
    if (this.#bytes[this.#at] === CLOSE_OBJECT) {
      this.#at += 1;
      return { offset, fields };
    }
    for (;;) {
      this.#skipSpace();
      const key = this.#string();
      this.#expect(COLON, '":"');
      fields.set(key, this.#value());
      this.#skipSpace();
      const byte = this.#bytes[this.#at++];
      if (byte === CLOSE_OBJECT) return { offset, fields };
      if (byte !== COMMA) throw this.#wrong('"," or "}"', -1);
    }
  }

  /** Numbers as long as nothing else comes, then any values. */
  #list(): DocumentValue {
    this.#at += 1;
    const numbers = this.#numbers();
    if (numbers.closed) return numbers.data;
    const items: DocumentValue[] = Array.from(numbers.data);
    for (;;) {
      items.push(this.#value());
      this.#skipSpace();
      const byte = this.#bytes[this.#at++];
      if (byte === CLOSE_LIST) return items;
      if (byte !== COMMA) throw this.#wrong('"," or "]"', -1);
    }
  }

  /** The numbers at the head of a list, and whether they are all of it. */
  #numbers(): { readonly data: Float64Array; readonly closed: boolean } {
    let data = new Float64Array(FIRST_ROOM);
    let length = 0;
    for (;;) {
      this.#skipSpace();
      const byte = this.#bytes[this.#at] ?? 0;
      if (byte === CLOSE_LIST && length === 0) break;
      const follows = this.#bytes[this.#at + 1] ?? 0;
      const isPlain = isDigit(byte) || (byte === MINUS && isDigit(follows));
      if (!isPlain && !this.#isWordOfNumber(byte, follows))
        return { data: data.slice(0, length), closed: false };
      if (length === data.length) {
        this.#budget.charge(8 * length, 'an array', this.#at);
        const larger = new Float64Array(2 * length);
        larger.set(data);
        data = larger;
      }
      data[length++] = isPlain ? this.#number() : Number(this.#scalar());
      this.#count(0);
      this.#skipSpace();
      const next = this.#bytes[this.#at];
      if (next === CLOSE_LIST) break;
      if (next !== COMMA) throw this.#wrong('"," or "]"');
      this.#at += 1;
    }
    this.#at += 1;
    return { data: data.slice(0, length), closed: true };
  }

  /** NaN and infinities. */
  #isWordOfNumber(byte: number, follows: number): boolean {
    const first = byte === MINUS ? follows : byte;
    if (first === 0x49 || first === 0x4e || first === 0x69) return true;
    return first === 0x6e && this.#bytes[this.#at + 1] === 0x61;
  }

  /** A number as float64. Rounded once wherever a whole number and a power of ten make it, else by the language. */
  #number(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    let whole = 0;
    let shift = 0;
    for (let byte = bytes[at]!; isDigit(byte); byte = bytes[++at]!) whole = whole * 10 + (byte - 0x30);
    if (bytes[at] === 0x2e) {
      const point = ++at;
      for (let byte = bytes[at]!; isDigit(byte); byte = bytes[++at]!) whole = whole * 10 + (byte - 0x30);
      shift = point - at;
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at += 1;
      const sign = bytes[at] === MINUS ? -1 : 1;
      if (bytes[at] === MINUS || bytes[at] === 0x2b) at += 1;
      let exponent = 0;
      for (let byte = bytes[at]!; isDigit(byte); byte = bytes[++at]!)
        exponent = Math.min(exponent * 10 + (byte - 0x30), 10_000);
      shift += sign * exponent;
    }
    this.#at = at;
    this.#budget.check('lineBytes', at - start, 'a number', start);
    const power = POWERS[Math.abs(shift)];
    if (whole >= EXACT || power === undefined) return Number(latin1(bytes.subarray(start, at)));
    const value = shift < 0 ? whole / power : whole * power;
    return negative ? -value : value;
  }

  #string(): string {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) throw this.#wrong('a string');
    const start = ++this.#at;
    let escaped = false;
    let at = start;
    for (; at < bytes.length && bytes[at] !== QUOTE; at++) {
      if (bytes[at] !== BACKSLASH) continue;
      escaped = true;
      at += 1;
    }
    this.#at = Math.min(at, bytes.length);
    if (at >= bytes.length) throw this.#wrong('the end of a string');
    this.#budget.check('stringBytes', at - start, 'a string', start);
    this.#budget.charge(2 * (at - start), 'a string', start);
    this.#at = at + 1;
    const text = UTF8.decode(bytes.subarray(start, at));
    return escaped ? this.#unescaped(text, start) : text;
  }

  #unescaped(text: string, start: number): string {
    try {
      return String(JSON.parse(`"${text}"`));
    } catch {
      throw new PlimsollError('READ_CORRUPT', {
        what: WHAT,
        offset: start,
        found: 'an escape that JSON does not have',
        wanted: 'a string',
      });
    }
  }

  #expect(byte: number, wanted: string): void {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== byte) throw this.#wrong(wanted);
    this.#at += 1;
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.#at]!)) this.#at += 1;
  }

  #count(bytes: number): void {
    this.#values += 1;
    if (this.#values % TICK === 0) this.#budget.checkTime(WHAT, this.#at);
    if (bytes > 0) this.#budget.charge(bytes, WHAT, this.#at);
  }

  #wrong(wanted: string, back = 0): PlimsollError {
    const offset = this.#at + back;
    const byte = this.#bytes[offset];
    if (byte === undefined)
      return new PlimsollError('READ_TRUNCATED', { what: WHAT, offset, found: 0, wanted: 1 });
    const found = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
    return new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });
  }
}

const UTF8 = new TextDecoder();
const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 400));

import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { DocumentNumbers, DocumentObject, DocumentValue } from '../json/document.ts';
import { KeptValues, type NeededFields } from '../json/kept-values.ts';
import { KeyCache } from '../json/key-cache.ts';
import { NumberBuffer } from '../json/number-buffer.ts';

const WHAT = 'a UBJSON document';
const VALUE_BYTES = 48;
const TICK = 2 ** 16;

/** Bytes of each type of number (Universal Binary JSON, draft 12; big-endian). */
const NUMBER_BYTES: Readonly<Record<string, number>> = { i: 1, U: 1, C: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/** What arrays of each type of number become. */
const ARRAYS: readonly (readonly [string, (length: number) => DocumentNumbers])[] = [
  ['i', (length) => new Int8Array(length)],
  ['U', (length) => new Uint8Array(length)],
  ['I', (length) => new Int16Array(length)],
  ['l', (length) => new Int32Array(length)],
  ['L', (length) => new Float64Array(length)],
  ['d', (length) => new Float32Array(length)],
  ['D', (length) => new Float64Array(length)],
];

/**
 * Reads a document of UBJSON as XGBoost writes it: typed and counted containers too. Of objects that `needed` knows, the rest is
 * forgotten at once.
 */
export function readUbjson(
  bytes: Uint8Array,
  budget: ReadBudget,
  needed: NeededFields | null = null,
): DocumentValue {
  return new UbjsonDocument(bytes, budget, needed).read();
}

class UbjsonDocument {
  readonly #cursor: ByteCursor;
  readonly #view: DataView;
  readonly #budget: ReadBudget;
  readonly #needed: NeededFields | null;
  readonly #buffers: ReadonlyMap<string, NumberBuffer>;
  readonly #kept: KeptValues;
  readonly #keys = new KeyCache();
  #depth = 0;
  #values = 0;

  constructor(bytes: Uint8Array, budget: ReadBudget, needed: NeededFields | null) {
    this.#cursor = new ByteCursor(bytes);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = budget;
    this.#needed = needed;
    this.#buffers = new Map(ARRAYS.map(([type, make]) => [type, new NumberBuffer(make, budget)]));
    this.#kept = new KeptValues(budget);
  }

  read(): DocumentValue {
    return this.#value(this.#marker());
  }

  #marker(): string {
    return String.fromCharCode(this.#cursor.u8(WHAT));
  }

  #value(marker: string): DocumentValue {
    this.#values += 1;
    if (this.#values % TICK === 0) this.#budget.checkTime(WHAT, this.#cursor.offset);
    this.#budget.charge(VALUE_BYTES, WHAT, this.#cursor.offset);
    if (marker in NUMBER_BYTES) return this.#number(marker);
    switch (marker) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case 'S':
        return this.#string();
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      default:
        throw this.#wrong(marker, 'the type of a value');
    }
  }

  #nested(read: () => DocumentValue): DocumentValue {
    this.#depth += 1;
    this.#budget.check('depth', this.#depth, WHAT, this.#cursor.offset);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): DocumentObject {
    const offset = this.#cursor.offset - 1;
    const marks = this.#needed === null ? [] : Array.from(this.#buffers.values(), (one) => one.mark());
    const fields = new Map<string, DocumentValue>();
    while (this.#peek() !== '}') {
      const key = this.#string();
      if (fields.has(key)) throw this.#wrong(key.slice(0, 80), 'each key once');
      fields.set(key, this.#value(this.#marker()));
    }
    this.#cursor.u8(WHAT);
    const names = this.#needed?.(fields) ?? null;
    if (names === null) return { offset, fields };
    const kept = this.#kept.fields(fields, names, WHAT, offset);
    for (const [i, buffer] of [...this.#buffers.values()].entries()) buffer.rewind(marks[i]!);
    return { offset, fields: kept };
  }

  #array(): DocumentValue {
    let type: string | null = null;
    if (this.#peek() === '$') {
      this.#cursor.u8(WHAT);
      type = this.#marker();
    }
    if (this.#peek() === '#') {
      this.#cursor.u8(WHAT);
      const count = this.#length('an array');
      return type === null ? this.#counted(count) : this.#typed(type, count);
    }
    if (type !== null) throw this.#wrong(this.#peek(), '"#" behind the type of an array');
    const items: DocumentValue[] = [];
    while (this.#peek() !== ']') items.push(this.#value(this.#marker()));
    this.#cursor.u8(WHAT);
    return numbersIn(items);
  }

  #counted(count: number): DocumentValue {
    // Every value takes a byte.
    if (count > this.#cursor.left) this.#cursor.take(count, 'an array');
    const items: DocumentValue[] = [];
    for (let i = 0; i < count; i++) items.push(this.#value(this.#marker()));
    return numbersIn(items);
  }

  #typed(type: string, count: number): DocumentNumbers {
    const size = NUMBER_BYTES[type];
    if (size === undefined || type === 'C') throw this.#wrong(type, 'the type of numbers');
    const from = this.#cursor.offset;
    const bytes = this.#cursor.take(size * count, 'an array');
    const data = this.#buffers.get(type)?.take(count, 'an array', from) ?? new Float64Array(count);
    if (type === 'U') data.set(bytes);
    else for (let i = 0; i < count; i++) data[i] = this.#numberAt(type, from + i * size);
    return data;
  }

  #number(type: string): number {
    const at = this.#cursor.offset;
    this.#cursor.take(NUMBER_BYTES[type] ?? 1, 'a number');
    return this.#numberAt(type, at);
  }

  #numberAt(type: string, at: number): number {
    switch (type) {
      case 'i':
        return this.#view.getInt8(at);
      case 'U':
      case 'C':
        return this.#view.getUint8(at);
      case 'I':
        return this.#view.getInt16(at);
      case 'l':
        return this.#view.getInt32(at);
      case 'L':
        return Number(this.#view.getBigInt64(at));
      case 'd':
        return this.#view.getFloat32(at);
      default:
        return this.#view.getFloat64(at);
    }
  }

  #length(what: string): number {
    const type = this.#marker();
    if (!(type in NUMBER_BYTES) || type === 'd' || type === 'D')
      throw this.#wrong(type, `the type of a length of ${what}`);
    const length = this.#number(type);
    if (!(length >= 0)) throw this.#wrong(String(length), `a length of ${what}`);
    return length;
  }

  #string(): string {
    const length = this.#length('a string');
    const at = this.#cursor.offset;
    this.#budget.check('stringBytes', length, 'a string', at);
    const bytes = this.#cursor.take(length, 'a string');
    this.#budget.charge(2 * length, 'a string', at);
    return this.#keys.readBetween(bytes, 0, length) ?? UTF8.decode(bytes);
  }

  #peek(): string {
    const byte = this.#cursor.peek();
    // Reading past the end says so.
    return byte < 0 ? this.#marker() : String.fromCharCode(byte);
  }

  #wrong(found: string, wanted: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', {
      what: WHAT,
      offset: this.#cursor.offset,
      found: JSON.stringify(found),
      wanted,
    });
  }
}

/** A list of numbers only as an array of them. */
function numbersIn(items: readonly DocumentValue[]): DocumentValue {
  return items.every((item) => typeof item === 'number')
    ? Float64Array.from(items as readonly number[])
    : items;
}

const UTF8 = new TextDecoder();

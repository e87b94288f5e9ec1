import {
  type DocumentNumbers,
  type DocumentObject,
  type DocumentValue,
  isItems,
  isNumbers,
  isObject,
} from './document.ts';
import { type BoosterPlace, boosterInvalid } from './failure.ts';

/** What a value is, for messages. */
function shown(value: DocumentValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (isNumbers(value)) return `${value.length} numbers`;
  return isItems(value) ? `a list of ${value.length}` : 'an object';
}

/** An object of a document, read field by field; every refusal names the path. Errors: MODEL_INVALID. */
export class DocumentView {
  readonly place: BoosterPlace;
  readonly #fields: ReadonlyMap<string, DocumentValue>;

  constructor({ offset, fields }: DocumentObject, path: string) {
    this.place = { path, offset };
    this.#fields = fields;
  }

  /** A view of the whole document. */
  static of(value: DocumentValue): DocumentView {
    if (!isObject(value))
      throw boosterInvalid({ path: '', offset: 0 }, 'the document', shown(value), 'an object');
    return new DocumentView(value, '');
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  names(): string[] {
    return [...this.#fields.keys()];
  }

  get(name: string): DocumentValue | undefined {
    return this.#fields.get(name);
  }

  child(name: string): DocumentView {
    const value = this.get(name);
    if (!isObject(value)) throw this.wrong(name, 'an object');
    return new DocumentView(value, this.#pathTo(name));
  }

  childOrNull(name: string): DocumentView | null {
    return this.has(name) ? this.child(name) : null;
  }

  /** The objects of a list. */
  children(name: string): DocumentView[] {
    return this.list(name).map((item, i) => {
      if (!isObject(item)) throw this.wrong(`${name}[${i}]`, 'an object', item);
      return new DocumentView(item, `${this.#pathTo(name)}[${i}]`);
    });
  }

  list(name: string): readonly DocumentValue[] {
    const value = this.get(name);
    // An empty list of JSON was read as one of numbers.
    if (isNumbers(value) && value.length === 0) return [];
    if (!isItems(value)) throw this.wrong(name, 'a list');
    return value;
  }

  texts(name: string): string[] {
    return this.list(name).map((item, i) => {
      if (typeof item !== 'string') throw this.wrong(`${name}[${i}]`, 'a string', item);
      return item;
    });
  }

  text(name: string): string {
    const value = this.get(name);
    if (typeof value !== 'string') throw this.wrong(name, 'a string');
    return value;
  }

  /** A whole number, which parameters hold as text. */
  integer(name: string): number {
    const value = this.get(name);
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw this.wrong(name, 'a whole number');
    return number;
  }

  /** As `integer`, `otherwise` where the field is absent; negative numbers are refused. */
  count(name: string, otherwise?: number): number {
    if (otherwise !== undefined && !this.has(name)) return otherwise;
    const number = this.integer(name);
    if (number < 0) throw this.wrong(name, 'no negative number');
    return number;
  }

  /** Numbers; booleans, as old releases wrote flags, are 0 and 1. */
  numbers(name: string, length?: number): DocumentNumbers {
    const value = this.get(name);
    const data = isItems(value) ? this.#flags(name, value) : value;
    if (!isNumbers(data)) throw this.wrong(name, 'a list of numbers');
    if (length !== undefined && data.length !== length) throw this.wrong(name, `${length} numbers`);
    return data;
  }

  /** Whole numbers from `least` to `most`. */
  indexes(name: string, least: number, most: number, length?: number): DocumentNumbers {
    const data = this.numbers(name, length);
    for (const [i, index] of data.entries()) {
      if (!Number.isInteger(index) || index < least || index > most)
        throw boosterInvalid(
          this.place,
          `${name}[${i}]`,
          String(index),
          `a whole number from ${least} to ${most}`,
        );
    }
    return data;
  }

  wrong(name: string, wanted: string, value: DocumentValue | undefined = this.get(name)): Error {
    return boosterInvalid(this.place, name, shown(value), wanted);
  }

  #flags(name: string, items: readonly DocumentValue[]): Uint8Array {
    return Uint8Array.from(items, (item, i) => {
      if (typeof item !== 'boolean') throw this.wrong(`${name}[${i}]`, 'a number', item);
      return Number(item);
    });
  }

  #pathTo(name: string): string {
    return this.place.path === '' ? name : `${this.place.path}.${name}`;
  }
}

import {
  type DocumentNumbers,
  type DocumentObject,
  type DocumentValue,
  isItems,
  isNumbers,
  isObject,
  itemsOf,
} from './document.ts';

/** Where in a document something was found: a dotted path, and the byte at which the object that holds it begins. */
export interface DocumentPlace {
  readonly path: string;
  readonly offset: number;
}

/** How a kind of document says that a field of the object at `place` is not what it should be. */
export type DocumentRefusal = (place: DocumentPlace, field: string, found: string, wanted: string) => Error;

/** What a value is, for messages. */
export function shownValue(value: DocumentValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (isNumbers(value)) return `${value.length} numbers`;
  return isItems(value) ? `a list of ${value.length}` : 'an object';
}

/** An object of a document, read field by field. */
export class DocumentView {
  readonly place: DocumentPlace;
  readonly #fields: ReadonlyMap<string, DocumentValue>;
  readonly #refusal: DocumentRefusal;

  /** Throws where `value` is no object; the place is then the one of what holds it. */
  constructor(value: DocumentValue | undefined, around: DocumentPlace, refusal: DocumentRefusal) {
    if (!isObject(value)) throw refusal(around, 'the document', shownValue(value), 'an object');
    this.place = { path: around.path, offset: value.offset };
    this.#fields = value.fields;
    this.#refusal = refusal;
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

  /** Whether there is something, and not null. */
  isGiven(name: string): boolean {
    return (this.get(name) ?? null) !== null;
  }

  object(name: string): DocumentObject {
    const value = this.get(name);
    if (!isObject(value)) throw this.wrong(name, 'an object');
    return value;
  }

  child(name: string): DocumentView {
    return this.#viewOf(this.object(name), name);
  }

  childOrNull(name: string): DocumentView | null {
    return this.has(name) ? this.child(name) : null;
  }

  /** The objects of a list. */
  children(name: string): DocumentView[] {
    return this.list(name).map((item, i) => {
      if (!isObject(item)) throw this.wrong(`${name}[${i}]`, 'an object', item);
      return this.#viewOf(item, `${name}[${i}]`);
    });
  }

  list(name: string): readonly DocumentValue[] {
    const items = itemsOf(this.get(name));
    if (items === null) throw this.wrong(name, 'a list');
    return items;
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

  oneOf<const T extends string>(name: string, known: readonly T[]): T {
    const found = known.find((one) => one === this.get(name));
    if (found === undefined) throw this.wrong(name, known.join(', '));
    return found;
  }

  number(name: string): number {
    const value = this.get(name);
    if (typeof value !== 'number') throw this.wrong(name, 'a number');
    return value;
  }

  integer(name: string): number {
    const number = this.get(name);
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw this.wrong(name, 'a whole number');
    return number;
  }

  /** A whole number from 0 on, which may stand there as text; `otherwise` where the field is absent. */
  count(name: string, otherwise?: number): number {
    if (otherwise !== undefined && !this.has(name)) return otherwise;
    const value = this.get(name);
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw this.wrong(name, 'a whole number');
    if (number < 0) throw this.wrong(name, 'no negative number');
    return number;
  }

  numbers(name: string, length?: number): DocumentNumbers {
    const data = this.get(name);
    if (isItems(data)) {
      const odd = data.findIndex((item) => typeof item !== 'number');
      throw this.wrong(`${name}[${odd}]`, 'a number', data[odd]);
    }
    if (!isNumbers(data)) throw this.wrong(name, 'a list of numbers');
    if (length !== undefined && data.length !== length) throw this.wrong(name, `${length} numbers`);
    return data;
  }

  /** Whole numbers from `least` to `most`. */
  indexes(name: string, least: number, most: number, length?: number): DocumentNumbers {
    const data = this.numbers(name, length);
    // An iterator over every node of a large booster takes as long as reading it.
    for (let i = 0; i < data.length; i++) {
      const index = data[i] ?? Number.NaN;
      if (!Number.isInteger(index) || index < least || index > most)
        throw this.wrong(`${name}[${i}]`, `a whole number from ${least} to ${most}`, index);
    }
    return data;
  }

  /** 0 or 1; lists of booleans say it too. */
  flags(name: string, length: number): DocumentNumbers {
    const value = this.get(name);
    if (!isItems(value)) return this.indexes(name, 0, 1, length);
    if (value.length !== length) throw this.wrong(name, `${length} flags`);
    return Uint8Array.from(value, (item, i) => {
      if (typeof item !== 'boolean') throw this.wrong(`${name}[${i}]`, 'a flag', item);
      return Number(item);
    });
  }

  wrong(name: string, wanted: string, value: DocumentValue | undefined = this.get(name)): Error {
    return this.#refusal(this.place, name, shownValue(value), wanted);
  }

  #viewOf(object: DocumentObject, name: string): DocumentView {
    const path = this.place.path === '' ? name : `${this.place.path}.${name}`;
    return new DocumentView(object, { ...this.place, path }, this.#refusal);
  }
}

import { PlimsollError } from '../../core/errors.ts';
import { JsonObject, type PlacedJson } from './json.ts';

const WHAT = 'schema.json of a skops file';

const isList = (value: PlacedJson | undefined): value is readonly PlacedJson[] => Array.isArray(value);

const kindOf = (value: PlacedJson | undefined): string => {
  if (value === undefined) return 'nothing';
  if (value instanceof JsonObject) return 'an object';
  if (isList(value)) return 'a list';
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
};

/** One node of a skops file: what rebuilds it (`__loader__`), of which class it is, and what it is made of. */
export class SkopsNode {
  /** Position in schema.json. */
  readonly offset: number;
  readonly loader: string;
  readonly module: string;
  readonly name: string;
  readonly #members: ReadonlyMap<string, PlacedJson>;

  /** Throws READ_CORRUPT where `json` is no node; `around` is the position of what holds it. */
  constructor(json: PlacedJson | undefined, around: number) {
    if (!(json instanceof JsonObject)) throw corruptSkops(around, kindOf(json), 'a node');
    this.offset = json.offset;
    this.#members = json.members;
    this.loader = this.text('__loader__');
    this.module = this.text('__module__');
    this.name = this.text('__class__');
  }

  /** `sklearn.svm._classes.SVC`. */
  get className(): string {
    return `${this.module}.${this.name}`;
  }

  /** The object that Python saved, where it says: nodes of the same id are one object. */
  get id(): number | null {
    const id = this.#members.get('__id__') ?? 0;
    if (typeof id !== 'number' || !Number.isSafeInteger(id))
      throw this.corrupt(`the __id__ ${kindOf(id)}`, 'an integer');
    return id === 0 ? null : id;
  }

  get(field: string): PlacedJson | undefined {
    return this.#members.get(field);
  }

  text(field: string): string {
    const value = this.get(field);
    if (typeof value !== 'string') throw this.corrupt(`"${field}" is ${kindOf(value)}`, 'a string');
    return value;
  }

  list(field: string): readonly PlacedJson[] {
    const value = this.get(field);
    if (!isList(value)) throw this.corrupt(`"${field}" is ${kindOf(value)}`, 'a list');
    return value;
  }

  object(field: string): JsonObject {
    const value = this.get(field);
    if (!(value instanceof JsonObject)) throw this.corrupt(`"${field}" is ${kindOf(value)}`, 'an object');
    return value;
  }

  corrupt(found: string, wanted: string): PlimsollError {
    return corruptSkops(this.offset, found, wanted);
  }

  /** A node that would have Python call what its kind never is. */
  unsafe(reason: string): PlimsollError {
    const found = `a ${this.loader} of ${this.className}, ${reason}`;
    return new PlimsollError('READ_UNSAFE', { what: WHAT, offset: this.offset, found });
  }
}

export const corruptSkops = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

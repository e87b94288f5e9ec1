import { isRecord } from '../../core/record.ts';
import type { ModelRefusals } from './failure.ts';

/** A value of a JSON document and its place, which every refusal names. */
export class JsonNode {
  readonly value: unknown;
  readonly path: string;
  readonly #refusals: ModelRefusals;

  constructor(value: unknown, path: string, refusals: ModelRefusals) {
    this.value = value;
    this.path = path;
    this.#refusals = refusals;
  }

  /** Whether there is something, and not null. */
  get isGiven(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The member of an object; absent where there is none. */
  get(key: string): JsonNode {
    const held = isRecord(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return new JsonNode(held, this.path === '' ? key : `${this.path}.${key}`, this.#refusals);
  }

  entries(): readonly (readonly [string, JsonNode])[] {
    if (!this.isGiven) return [];
    if (!isRecord(this.value)) throw this.invalid('an object');
    return Object.keys(this.value).map((key) => [key, this.get(key)]);
  }

  /** The items of a list; none where it is absent. */
  items(): readonly JsonNode[] {
    return this.#list().map((item, i) => new JsonNode(item, `${this.path}[${i}]`, this.#refusals));
  }

  numbers(): readonly number[] {
    return this.#list().map((item, i) => {
      if (typeof item !== 'number')
        throw new JsonNode(item, `${this.path}[${i}]`, this.#refusals).invalid('a number');
      return item;
    });
  }

  integer(): number {
    if (!Number.isSafeInteger(this.value)) throw this.invalid('an integer');
    return Number(this.value);
  }

  number(): number {
    if (typeof this.value !== 'number') throw this.invalid('a number');
    return this.value;
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.invalid('a string');
    return this.value;
  }

  oneOf<const T extends string>(known: readonly T[]): T {
    const found = known.find((one) => one === this.value);
    if (found === undefined) throw this.invalid(known.join(', '));
    return found;
  }

  invalid(wanted: string) {
    const found = this.value === undefined ? 'missing' : JSON.stringify(this.value).slice(0, 60);
    return this.#refusals.invalid(this.path, found, wanted);
  }

  #list(): readonly unknown[] {
    if (!this.isGiven) return [];
    if (!Array.isArray(this.value)) throw this.invalid('a list');
    return this.value;
  }
}

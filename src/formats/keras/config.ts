import type { PlimsollError } from '../../core/errors.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import type { DType } from '../../model/tensor.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import { type DocumentValue, isObject, itemsOf } from '../json/document.ts';
import { shownValue } from '../json/document-view.ts';

const COMPUTE_TYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ['float32', 'float32'],
  ['float16', 'float16'],
  ['mixed_float16', 'float16'],
  ['float64', 'float64'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['uint8', 'uint8'],
  ['bool', 'bool'],
  ['string', 'string'],
]);

/** The `config` of a layer: its constructor's arguments, read field by field. */
export class KerasConfig {
  readonly origin: StepOrigin;
  readonly #fields: ReadonlyMap<string, DocumentValue>;

  constructor(value: DocumentValue | undefined, origin: StepOrigin) {
    this.origin = origin;
    if (!isObject(value)) throw stepInvalid(origin, 'config', shownValue(value), 'an object');
    this.#fields = value.fields;
  }

  get(name: string): DocumentValue | undefined {
    return this.#fields.get(name);
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** Whether there is something, and not null. */
  isGiven(name: string): boolean {
    return (this.get(name) ?? null) !== null;
  }

  text(name: string, otherwise?: string): string {
    const value = this.get(name) ?? otherwise;
    if (typeof value !== 'string') throw this.wrong(name, 'a text');
    return value;
  }

  textOrNull(name: string): string | null {
    return this.isGiven(name) ? this.text(name) : null;
  }

  oneOf<const T extends string>(name: string, known: readonly T[], otherwise?: T): T {
    const value = this.get(name) ?? otherwise;
    const found = known.find((one) => one === value);
    if (found === undefined) throw this.unsupported(name, `${known.join(', ')} are`);
    return found;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.get(name) ?? otherwise;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false');
    return value;
  }

  number(name: string, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    if (typeof value !== 'number') throw this.wrong(name, 'a number');
    return value;
  }

  /** A whole number from 1 on. */
  count(name: string, otherwise?: number): number {
    const value = this.integer(name, otherwise);
    if (value < 1) throw this.wrong(name, 'a whole number from 1 on');
    return value;
  }

  integer(name: string, otherwise?: number): number {
    const value = this.number(name, otherwise);
    if (!Number.isSafeInteger(value)) throw this.wrong(name, 'a whole number');
    return value;
  }

  /** One whole number for all axes, or one for each. */
  sizes(name: string, rank: number, otherwise?: number): number[] {
    const value = this.get(name) ?? otherwise;
    const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : (itemsOf(value) ?? []);
    const sizes = list.filter(
      (item): item is number => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0,
    );
    if (sizes.length !== rank || list.length !== rank) throw this.wrong(name, `${rank} whole numbers`);
    return sizes;
  }

  integers(name: string): number[] {
    const value = this.get(name);
    const list = typeof value === 'number' ? [value] : (itemsOf(value) ?? [undefined]);
    return list.map((item) => {
      if (typeof item !== 'number' || !Number.isSafeInteger(item)) throw this.wrong(name, 'whole numbers');
      return item;
    });
  }

  /** A shape without its batch: null where a size is free. */
  shape(name: string): (number | null)[] {
    return shapeOf(this.get(name)) ?? fail(this.wrong(name, 'a shape'));
  }

  /** A layer that this one holds, as its own description. */
  object(name: string): ReadonlyMap<string, DocumentValue> {
    const value = this.get(name);
    if (!isObject(value)) throw this.wrong(name, 'an object');
    return value.fields;
  }

  /** The type in which the layer computes, from its policy: Keras 2 writes a name or `Policy`, Keras 3 `DTypePolicy`. */
  computeType(): DType {
    const policy = policyName(this.get('dtype') ?? 'float32');
    const type = policy === null ? undefined : COMPUTE_TYPES.get(policy);
    if (type === undefined)
      throw this.unsupported('dtype', 'policies of float32, float16, mixed_float16 and float64 are');
    return type;
  }

  /** How the weights of the layer are quantised (`int8`, `int4`, `float8`, `gptq`, or `mixed` parts), or null where they are not. */
  quantization(): string | null {
    const policy = this.get('dtype');
    if (typeof policy === 'string') return /^([a-z]+\d*)(?:\/[^_]*)?_from_/.exec(policy)?.[1] ?? null;
    if (!isObject(policy)) return null;
    if (policy.fields.get('class_name') === 'DTypePolicyMap') return 'mixed';
    const config = policy.fields.get('config');
    const mode = isObject(config) ? config.fields.get('mode') : undefined;
    return typeof mode === 'string' ? mode : null;
  }

  wrong(name: string, wanted: string): PlimsollError {
    return stepInvalid(this.origin, name, shownValue(this.get(name)), wanted);
  }

  /** The value is sound, and nothing here computes what it asks for. */
  unsupported(name: string, wanted: string): PlimsollError {
    const value = this.get(name);
    const policy = name === 'dtype' ? policyName(value) : null;
    return stepUnsupported(this.origin, name, policy ?? shownValue(value), wanted);
  }
}

function fail(error: PlimsollError): never {
  throw error;
}

/** A list of sizes, null where one is free; null where it is none. */
export function shapeOf(value: DocumentValue | undefined): (number | null)[] | null {
  const items = itemsOf(value);
  if (items === null) return null;
  const sizes = items.filter(
    (item): item is number | null =>
      item === null || (typeof item === 'number' && Number.isSafeInteger(item) && item >= 0),
  );
  return sizes.length === items.length ? sizes : null;
}

function policyName(value: DocumentValue | undefined): string | null {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return null;
  const config = value.fields.get('config');
  if (typeof config === 'string') return config;
  const name = isObject(config) ? (config.fields.get('name') ?? config.fields.get('source_name')) : undefined;
  return typeof name === 'string' ? name : null;
}

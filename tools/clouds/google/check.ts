/**
 * What the published descriptors demand of a request: required fields, forms, values of enums. What they say in prose alone
 * is in `limits.ts`.
 */
import { type ApiField, type ApiMessage, enumNamed, messageNamed, shortName } from './descriptors.ts';
import type { Json } from './json.ts';
import { limitsOf } from './limits.ts';
import { Refusal } from './refusal.ts';

const OPAQUE = /^google\.(protobuf|rpc|api)\./;
const INTEGER: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/** A request as it is understood: what only the server sets is ignored (AIP-203). Throws INVALID_ARGUMENT. */
export function checked(type: string, json: Json, path = ''): Json {
  const out: Record<string, unknown> = {};
  const message = messageNamed(type)!;
  for (const [name, field] of Object.entries(message.fields)) {
    const { says = [] } = field;
    const value = json[name];
    const at = path === '' ? snake(name) : `${path}.${snake(name)}`;
    if (says.includes('OUTPUT_ONLY')) continue;
    if (isUnset(value)) {
      if (says.includes('REQUIRED')) throw new Refusal('INVALID_ARGUMENT', `${at} is required but missing.`);
      continue;
    }
    out[name] = checkedField(field, value, at);
  }
  oneOfEach(message, out, path);
  for (const problem of limitsOf(shortName(type), out))
    throw new Refusal('INVALID_ARGUMENT', `${path}${path && ': '}${problem}`);
  return out;
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0);

function checkedField(field: ApiField, value: unknown, path: string): unknown {
  if (field.of === 'map') {
    if (typeof value !== 'object') throw wrong(path, 'a map', value);
    for (const [key, inner] of Object.entries(value as Json)) scalar(field.type, inner, `${path}[${key}]`);
    return value;
  }
  if (field.of !== 'list') return checkedOne(field, value, path);
  if (!Array.isArray(value)) throw wrong(path, 'a list', value);
  return value.map((inner, i) => checkedOne(field, inner, `${path}[${i}]`));
}

function checkedOne({ type }: ApiField, value: unknown, path: string): unknown {
  if (messageNamed(type) !== undefined) {
    if (OPAQUE.test(type)) return value;
    if (typeof value !== 'object') throw wrong(path, 'a message', value);
    return checked(type, value as Json, path);
  }
  const values = enumNamed(type);
  if (values !== undefined) {
    if (!(String(value) in values)) throw wrong(path, `a ${shortName(type)}`, value);
    return value;
  }
  scalar(type, value, path);
  return value;
}

function scalar(type: string, value: unknown, path: string): void {
  const range = INTEGER[type];
  if (
    range !== undefined &&
    !(Number.isInteger(value) && (value as number) >= range[0] && (value as number) <= range[1])
  )
    throw wrong(path, type, value);
  if (type === 'string' && typeof value !== 'string') throw wrong(path, 'a string', value);
  if (type === 'bool' && typeof value !== 'boolean') throw wrong(path, 'a bool', value);
}

function oneOfEach({ oneofs = {} }: ApiMessage, json: Json, path: string): void {
  for (const [name, fields] of Object.entries(oneofs)) {
    const set = fields.filter((field) => json[field] !== undefined);
    if (set.length > 1)
      throw new Refusal('INVALID_ARGUMENT', `${path}: oneof ${name} has ${set.join(' and ')}.`);
  }
}

const wrong = (path: string, wanted: string, value: unknown): Refusal =>
  new Refusal('INVALID_ARGUMENT', `Invalid value at '${path}' (${wanted}): ${JSON.stringify(value)}`);

/** Messages ⇄ JSON as https://protobuf.dev/programming-guides/json says; the fake works on JSON alone. */
import protobuf from 'protobufjs';
import { ROOT } from './descriptors.ts';
import { Refusal } from './refusal.ts';

export type Json = Readonly<Record<string, unknown>>;
type Fields = Record<string, unknown>;

const ANY = 'google.protobuf.Any';
const nameOf = (type: protobuf.Type): string => type.fullName.slice(1);
const isTable = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const seconds = (value: unknown): string => String((value as { seconds?: unknown }).seconds ?? 0);
const nanos = (value: unknown): number => Number((value as { nanos?: unknown }).nanos ?? 0);
const camel = (text: string): string =>
  text.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Types that JSON has a form of its own for: out of a message, and back. */
const SPECIAL: Readonly<
  Record<string, { readonly out: (message: unknown) => unknown; readonly in: (json: unknown) => unknown }>
> = {
  'google.protobuf.Timestamp': {
    out: (message) => new Date(Number(seconds(message)) * 1000 + nanos(message) / 1e6).toISOString(),
    in: (json) => {
      const millis = Date.parse(String(json));
      return { seconds: Math.floor(millis / 1000), nanos: (millis % 1000) * 1e6 };
    },
  },
  'google.protobuf.Duration': {
    out: (message) => `${Number(seconds(message)) + nanos(message) / 1e9}s`,
    in: (json) => {
      const [, whole, part] = /^(-?\d+)(?:\.(\d{1,9}))?s$/.exec(String(json)) ?? [];
      if (whole === undefined)
        throw new Refusal('INVALID_ARGUMENT', `Illegal duration format: ${String(json)}`);
      return { seconds: Number(whole), nanos: Number((part ?? '').padEnd(9, '0')) };
    },
  },
  'google.protobuf.FieldMask': {
    out: (message) => ((message as { paths?: string[] }).paths ?? []).map(camel).join(','),
    in: (json) => ({
      paths: String(json)
        .split(',')
        .filter((path) => path !== ''),
    }),
  },
  'google.protobuf.Value': { out: valueOut, in: valueIn },
  'google.protobuf.Struct': { out: structOut, in: structIn },
  'google.protobuf.ListValue': {
    out: (message) => ((message as { values?: unknown[] }).values ?? []).map(valueOut),
    in: (json) => ({ values: (json as unknown[]).map(valueIn) }),
  },
};

function valueOut(message: unknown): unknown {
  const value = message as Fields;
  if ('structValue' in value && value['structValue'] != null) return structOut(value['structValue']);
  if ('listValue' in value && value['listValue'] != null)
    return ((value['listValue'] as { values?: unknown[] }).values ?? []).map(valueOut);
  for (const kind of ['numberValue', 'stringValue', 'boolValue']) {
    if (Object.hasOwn(value, kind)) return value[kind];
  }
  return null;
}

function valueIn(json: unknown): unknown {
  if (json === null || json === undefined) return { nullValue: 0 };
  if (typeof json === 'number') return { numberValue: json };
  if (typeof json === 'string') return { stringValue: json };
  if (typeof json === 'boolean') return { boolValue: json };
  if (Array.isArray(json)) return { listValue: { values: json.map(valueIn) } };
  return { structValue: structIn(json) };
}

function structOut(message: unknown): Json {
  const fields = (message as { fields?: Record<string, unknown> }).fields ?? {};
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, valueOut(value)]));
}

function structIn(json: unknown): unknown {
  const entries = Object.entries(json as Json).map(([key, value]) => [key, valueIn(value)]);
  return { fields: Object.fromEntries(entries) };
}

/** JSON of the bytes of a message; fields at their default are left out. */
export function decode(type: protobuf.Type, bytes: Uint8Array): Json {
  return messageOut(type, type.decode(bytes)) as Json;
}

/** The bytes of a message from its JSON, which is checked by `checked` before it gets here. */
export const encode = (type: protobuf.Type, json: Json): Uint8Array =>
  type.encode(type.fromObject(messageIn(type, json) as Fields)).finish();

function messageOut(type: protobuf.Type, message: unknown): unknown {
  const special = SPECIAL[nameOf(type)];
  if (special !== undefined) return special.out(message);
  if (nameOf(type) === ANY)
    return anyOut(message as { type_url?: string; typeUrl?: string; value?: Uint8Array });
  const out: Fields = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(message as object, field.name)) continue;
    const value = (message as Fields)[field.name];
    if (field instanceof protobuf.MapField) {
      const entries = Object.entries(value as Fields).map(([key, inner]) => [key, fieldOut(field, inner)]);
      if (entries.length > 0) out[field.name] = Object.fromEntries(entries);
    } else if (field.repeated) {
      const items = (value as unknown[]).map((inner) => fieldOut(field, inner));
      if (items.length > 0) out[field.name] = items;
    } else if (value !== null && value !== undefined) out[field.name] = fieldOut(field, value);
  }
  return out;
}

function fieldOut(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return messageOut(resolvedType, value);
  if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[Number(value)] ?? Number(value);
  if (field.type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  return /^(u?int|s?fixed|sint)64$/.test(field.type) ? String(value) : value;
}

function messageIn(type: protobuf.Type, json: unknown): unknown {
  const special = SPECIAL[nameOf(type)];
  if (special !== undefined) return special.in(json);
  if (nameOf(type) === ANY) return anyIn(json as Json);
  const into: Fields = {};
  for (const field of type.fieldsArray) {
    const value = (json as Json)[field.name];
    if (value === undefined || value === null) continue;
    if (field instanceof protobuf.MapField)
      into[field.name] = Object.fromEntries(
        Object.entries(value as Json).map(([key, inner]) => [key, fieldIn(field, inner)]),
      );
    else
      into[field.name] = field.repeated
        ? (value as unknown[]).map((one) => fieldIn(field, one))
        : fieldIn(field, value);
  }
  return into;
}

function fieldIn(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return messageIn(resolvedType, value);
  if (field.type === 'bytes') return Buffer.from(String(value), 'base64');
  return value;
}

function anyOut(any: { type_url?: string; typeUrl?: string; value?: Uint8Array }): Json {
  const url = any.type_url ?? any.typeUrl ?? '';
  const type = ROOT.lookupType(url.slice(url.lastIndexOf('/') + 1));
  return { '@type': url, ...(decode(type, any.value ?? new Uint8Array()) as object) };
}

function anyIn({ '@type': url, ...rest }: Json): unknown {
  const type = ROOT.lookupType(String(url).slice(String(url).lastIndexOf('/') + 1));
  return { type_url: url, value: encode(type, rest) };
}

/** Fields by both spellings that JSON may use; unknown ones are refused as the API does. */
export function camelKeys(type: protobuf.Type, json: unknown, path: string): unknown {
  if (SPECIAL[nameOf(type)] !== undefined || nameOf(type) === ANY || !isTable(json)) return json;
  const known = new Map(
    type.fieldsArray.flatMap(
      (field) =>
        [
          [field.name, field],
          [camel(field.name), field],
        ] as const,
    ),
  );
  const out: Fields = {};
  for (const [key, value] of Object.entries(json)) {
    const field = known.get(key) ?? known.get(camel(key));
    const at = path === '' ? key : `${path}.${key}`;
    if (field === undefined)
      throw new Refusal(
        'INVALID_ARGUMENT',
        `Invalid JSON payload received. Unknown name "${key}" at '${path}': Cannot find field.`,
      );
    out[field.name] = innerKeys(field, value, at);
  }
  return out;
}

function innerKeys(field: protobuf.Field, value: unknown, path: string): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum && typeof value === 'number')
    return resolvedType.valuesById[value] ?? value;
  if (!(resolvedType instanceof protobuf.Type)) return value;
  if (field instanceof protobuf.MapField && isTable(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, camelKeys(resolvedType, inner, `${path}.${key}`)]),
    );
  if (Array.isArray(value) && field.repeated)
    return value.map((inner, i) => camelKeys(resolvedType, inner, `${path}[${i}]`));
  return camelKeys(resolvedType, value, path);
}

/** Messages as JSON, as https://protobuf.dev/programming-guides/json says. */
import { type ApiField, enumNamed, messageNamed } from './descriptors.ts';
import { Refusal } from './refusal.ts';

export type Json = Readonly<Record<string, unknown>>;

const ANY = 'google.protobuf.Any';
/** Types that JSON has a form of its own for. */
const SPECIAL =
  /^google\.(protobuf\.(Timestamp|Duration|FieldMask|Value|Struct|ListValue|Empty)|api\.HttpBody)$/;
const isTable = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const camel = (text: string): string =>
  text.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Fields by both spellings that JSON may use; unknown ones are refused as the API does. */
export function camelKeys(type: string, json: unknown, path: string): unknown {
  if (SPECIAL.test(type) || !isTable(json)) return json;
  if (type === ANY) return anyKeys(json, path);
  const message = messageNamed(type);
  if (message === undefined) throw new Refusal('UNIMPLEMENTED', `${type} is not played by this fake.`);
  const { fields } = message;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const name = key in fields ? key : camel(key);
    const field = fields[name];
    const at = path === '' ? key : `${path}.${key}`;
    if (field === undefined)
      throw new Refusal(
        'INVALID_ARGUMENT',
        `Invalid JSON payload received. Unknown name "${key}" at '${path}': Cannot find field.`,
      );
    out[name] = innerKeys(field, value, at);
  }
  return out;
}

/** What is in it says by itself of what type it is. */
function anyKeys({ '@type': url, ...rest }: Json, path: string): Json {
  const type = String(url).slice(String(url).lastIndexOf('/') + 1);
  if (!SPECIAL.test(type) && messageNamed(type) === undefined)
    throw new Refusal(
      'INVALID_ARGUMENT',
      `Invalid JSON payload received. Unknown type "${type}" at '${path}'.`,
    );
  return { '@type': url, ...(camelKeys(type, rest, path) as Json) };
}

function innerKeys({ type, of }: ApiField, value: unknown, path: string): unknown {
  const values = enumNamed(type);
  if (values !== undefined && typeof value === 'number')
    return Object.keys(values).find((name) => values[name] === value) ?? value;
  if (messageNamed(type) === undefined) return value;
  if (of === 'map' && isTable(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, camelKeys(type, inner, `${path}.${key}`)]),
    );
  if (of === 'list' && Array.isArray(value))
    return value.map((inner, i) => camelKeys(type, inner, `${path}[${i}]`));
  return camelKeys(type, value, path);
}

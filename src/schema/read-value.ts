/**
 * Reads values by schemas: checks them, fills in what is left out, and makes what `Static` of the schema is. Every mistake says
 * where it is, what is there and what is wanted. Pure.
 */
import type { Static, TSchema } from 'typebox';
import { isRecord } from '../core/record.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { FALLBACK, type Keywords, READ, TOLD, WANTED } from './value-schema.ts';

/** What the schema makes of a value. Adds a line to `problems` for every mistake; what is returned then is not to be used. */
export const readValue = <S extends TSchema>(
  schema: S,
  value: unknown,
  path: string,
  problems: string[],
): Static<S> => readAny(schema, value, path, problems) as Static<S>;

/**
 * What a whole document says. `further` looks at what has to fit together, where all parts fit by themselves. Throws what
 * `refusal` makes of all problems.
 */
export function decode<S extends TSchema>(
  schema: S,
  document: unknown,
  refusal: (problems: readonly string[]) => Error,
  further: (value: Static<S>, problems: string[]) => void = () => undefined,
): Static<S> {
  const problems: string[] = [];
  const value = readValue(schema, document, '', problems);
  if (problems.length === 0) further(value, problems);
  if (problems.length > 0) throw refusal(problems);
  return value;
}

function readAny(schema: Keywords, value: unknown, path: string, problems: string[]): unknown {
  const own = schema[READ];
  if (own !== undefined) return own(value, path, problems);
  if (membersOf(schema) !== undefined) return readMember(schema, value, path, problems);
  if (!fits(schema, value)) return refuse(schema, value, path, problems);
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    return value.map((item, i) => readAny(items, item, `${path}[${i}]`, problems));
  }
  return schema.type === 'object' && isRecord(value) ? readObject(schema, value, path, problems) : value;
}

/** Says what is there and what is wanted; what is returned is never used, since problems are refused. */
export function refuse<T>(schema: Keywords, value: unknown, path: string, problems: string[]): T {
  const told = schema[TOLD] ?? shown;
  problems.push(`${path === '' ? 'the document' : path} is ${told(value)}, wanted ${wantedBy(schema)}`);
  return undefined as T;
}

const SHOWN_MAX = 60;
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}

/** Whether a value is of the schema's type and within its bounds; what is inside it is not looked at. */
function fits(schema: Keywords, value: unknown): boolean {
  if ('const' in schema) return value === schema.const;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (!isOfType(schema.type, value)) return false;
  if (typeof value === 'string') return fitsText(schema, value);
  if (typeof value === 'number') return fitsNumber(schema, value);
  return !Array.isArray(value) || fitsList(schema, value);
}

const fitsList = (
  { minItems = 0, maxItems = Infinity, uniqueItems = false }: Keywords,
  list: readonly unknown[],
): boolean =>
  list.length >= minItems &&
  list.length <= maxItems &&
  (!uniqueItems || new Set(list.map((item) => JSON.stringify(item))).size === list.length);

const isOfType = (type: string | undefined, value: unknown): boolean =>
  type === undefined || type === typeOf(value) || (type === 'integer' && Number.isInteger(value));

/** As JSON Schema calls it. */
const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const fitsText = ({ pattern, minLength = 0, maxLength = Infinity }: Keywords, text: string): boolean =>
  text.length >= minLength &&
  text.length <= maxLength &&
  (pattern === undefined || new RegExp(pattern).test(text));

function fitsNumber(schema: Keywords, value: number): boolean {
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity, multipleOf } = schema;
  const steps = multipleOf === undefined ? 0 : value / multipleOf;
  return (
    value >= minimum &&
    (value > exclusiveMinimum || exclusiveMinimum === -Infinity) &&
    value <= maximum &&
    // 0.29 / 0.01 is 28.999999999999996.
    Math.abs(steps - Math.round(steps)) < 1e-9
  );
}

/** Of a union the member that is for such a value; the first that takes it, where there are several. */
function readMember(schema: Keywords, value: unknown, path: string, problems: string[]): unknown {
  const members = (membersOf(schema) ?? []).filter((member) => isFor(member, value));
  const [only] = members;
  if (only !== undefined && members.length === 1 && schema[WANTED] === undefined)
    return readAny(only, value, path, problems);
  for (const member of members) {
    const own: string[] = [];
    const taken = readAny(member, value, path, own);
    if (own.length === 0) return taken;
  }
  return refuse(schema, value, path, problems);
}

const membersOf = ({ anyOf, oneOf }: Keywords): readonly TSchema[] | undefined => anyOf ?? oneOf;

function isFor(schema: Keywords, value: unknown): boolean {
  if ('const' in schema)
    return typeof schema.const === typeof value && (value === null) === (schema.const === null);
  if (schema.enum !== undefined) return schema.enum.some((word) => typeof word === typeof value);
  const members = membersOf(schema);
  if (members !== undefined) return members.some((member) => isFor(member, value));
  return isOfType(schema.type === 'integer' ? 'number' : schema.type, value);
}

function readObject(
  schema: Keywords,
  given: Readonly<Record<string, unknown>>,
  path: string,
  problems: string[],
): unknown {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  // Records of TypeBox have one pattern, which all names fit.
  const [others = additionalProperties] = Object.values(schema.patternProperties ?? {});
  // What is closed has its keys in the order of the schema, what is open in its own.
  const read = new Map(additionalProperties === false ? [] : Object.entries(given));
  for (const [key, value] of Object.entries(given)) {
    if (Object.hasOwn(properties, key)) continue;
    const at = below(path, key);
    if (additionalProperties === false) problems.push(unknownKey(at, key, Object.keys(properties)));
    if (propertyNames !== undefined) readAny(propertyNames, key, `the name ${at}`, problems);
    if (typeof others === 'object') read.set(key, readAny(others, value, at, problems));
  }
  for (const [key, property] of Object.entries<Keywords>(properties)) {
    const isGiven = Object.hasOwn(given, key) && given[key] !== undefined;
    if (isGiven || FALLBACK in property || required.includes(key))
      read.set(key, readAny(property, isGiven ? given[key] : property[FALLBACK], below(path, key), problems));
  }
  return Object.fromEntries(read);
}

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const unknownKey = (path: string, key: string, known: readonly string[]): string =>
  `${path} is no key here, wanted one of ${known.join(', ')}${didYouMean(key, known)}`;

/** What a good value looks like. */
function wantedBy(schema: Keywords): string {
  const { type, minItems = 0, maxItems } = schema;
  const members = membersOf(schema);
  const own = schema[WANTED];
  if (own !== undefined) return own;
  if (members !== undefined) return [...new Set(members.map(wantedBy))].join(' or ');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  if (type === 'number' || type === 'integer') return wantedNumber(schema);
  if (type === 'string') return wantedText(schema);
  if (type === 'array')
    return maxItems === undefined
      ? 'a list'
      : `a list of ${minItems} to ${maxItems} ${schema.uniqueItems ? 'different entries' : 'entries'}`;
  if (type === 'object') return schema.propertyNames === undefined ? 'an object' : 'a table of names';
  return type === 'boolean' ? 'true or false' : String(type);
}

function wantedNumber({ type, minimum, exclusiveMinimum, maximum, multipleOf }: Keywords): string {
  const least = exclusiveMinimum === undefined ? ` from ${minimum}` : ` above ${exclusiveMinimum}`;
  const most = exclusiveMinimum === undefined ? ` to ${maximum}` : ` and at most ${maximum}`;
  const from = (minimum ?? exclusiveMinimum) === undefined ? '' : least;
  const to = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : most;
  const step = multipleOf === undefined ? '' : ` in steps of ${multipleOf}`;
  return `${type === 'integer' ? 'an integer' : 'a number'}${from}${to}${step}`;
}

const wantedText = ({ minLength = 0, maxLength, pattern }: Keywords): string =>
  `a text${maxLength === undefined ? '' : ` of ${minLength} to ${maxLength} characters`}${pattern === undefined ? '' : ` that fits ${pattern}`}`;

/** Functions of JMESPath on values of one record (https://jmespath.org/specification.html#built-in-functions). Pure. */
import { isRecord } from '../../core/record.ts';

type JmespathFunction = (...given: readonly unknown[]) => unknown;

const fail = (wanted: string, given: unknown): never => {
  throw new SyntaxError(`a function takes ${wanted}, and was given ${JSON.stringify(given)?.slice(0, 60)}`);
};

const numbers = (given: unknown): readonly number[] =>
  Array.isArray(given) && given.every((value) => typeof value === 'number')
    ? given
    : fail('a list of numbers', given);
const list = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : fail('a list', given));
const number = (given: unknown): number => (typeof given === 'number' ? given : fail('a number', given));
const string = (given: unknown): string => (typeof given === 'string' ? given : fail('a text', given));
const record = (given: unknown): Readonly<Record<string, unknown>> =>
  isRecord(given) ? given : fail('an object', given);

/** Texts in their order; null of what is none. */
const texts = (given: unknown): readonly string[] | null =>
  Array.isArray(given) && given.every((value) => typeof value === 'string') ? given.toSorted() : null;

/** Of numbers or of texts; null of none. */
function extreme(given: unknown, isBetter: (a: number | string, b: number | string) => boolean): unknown {
  const items = list(given);
  const isOrdered = ['number', 'string'].some((kind) => items.every((item) => typeof item === kind));
  if (!isOrdered) return fail('a list of numbers or of texts', given);
  return (items as readonly (number | string)[]).reduce<number | string | null>(
    (best, item) => (best === null || isBetter(item, best) ? item : best),
    null,
  );
}

const typeOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

const FUNCTIONS: Readonly<Record<string, JmespathFunction>> = {
  abs: (value) => Math.abs(number(value)),
  avg: (values) => {
    const all = numbers(values);
    return all.length === 0 ? null : all.reduce((sum, value) => sum + value, 0) / all.length;
  },
  ceil: (value) => Math.ceil(number(value)),
  contains: (within, item) => {
    if (typeof within === 'string') return typeof item === 'string' && within.includes(item);
    return list(within).some((value) => JSON.stringify(value) === JSON.stringify(item));
  },
  ends_with: (text, end) => string(text).endsWith(string(end)),
  floor: (value) => Math.floor(number(value)),
  keys: (value) => Object.keys(record(value)),
  length: (value) => {
    if (typeof value === 'string') return [...value].length;
    return Array.isArray(value) ? value.length : Object.keys(record(value)).length;
  },
  max: (values) => extreme(values, (a, b) => a > b),
  min: (values) => extreme(values, (a, b) => a < b),
  not_null: (...values) => values.find((value) => value !== null && value !== undefined) ?? null,
  reverse: (value) => (typeof value === 'string' ? [...value].reverse().join('') : list(value).toReversed()),
  sort: (values) => texts(values) ?? numbers(values).toSorted((a, b) => a - b),
  starts_with: (text, start) => string(text).startsWith(string(start)),
  sum: (values) => numbers(values).reduce((sum, value) => sum + value, 0),
  to_number: (value) => {
    if (typeof value === 'number') return value;
    const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    return Number.isNaN(read) ? null : read;
  },
  to_string: (value) => (typeof value === 'string' ? value : JSON.stringify(value ?? null)),
  type: typeOf,
  values: (value) => Object.values(record(value)),
};

/** By name. */
export const JMESPATH_FUNCTIONS: ReadonlyMap<string, JmespathFunction> = new Map(Object.entries(FUNCTIONS));

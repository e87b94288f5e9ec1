/**
 * Rules of a grammar as data: each one checks a value, fills in defaults and describes itself as JSON Schema, so that
 * what is published and what is enforced cannot differ. Pure.
 */
import { isRecord } from '../core/record.ts';
import { DURATION_PATTERN, parseDuration } from '../text/duration.ts';

export interface Rule<T> {
  readonly schema: Readonly<Record<string, unknown>>;
  /** The checked value; adds a line to `problems` for every mistake in it. */
  readonly parse: (value: unknown, path: string, problems: string[]) => T;
}

/** A key of an object: its rule, what holds where it is left out (as people would write it), and what it is for. */
export interface Field<T> {
  readonly rule: Rule<T>;
  readonly fallback: unknown;
  readonly about: string;
}

export const field = <T>(rule: Rule<T>, fallback: unknown, about: string): Field<T> => ({
  rule,
  fallback,
  about,
});

const shown = (value: unknown): string => JSON.stringify(value) ?? 'missing';

/** Says what is there and what was wanted; the value that is returned is never used, since problems are thrown. */
function refuse<T>(value: unknown, path: string, wanted: string, problems: string[]): T {
  problems.push(`${path} is ${shown(value).slice(0, 60)}, wanted ${wanted}`);
  return undefined as T;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** `min` itself is refused. */
  readonly above?: boolean;
  readonly step?: number;
}

/** A number within bounds, a multiple of `step` where there is one. */
export function number({ min, max, above = false, step }: Bounds): Rule<number> {
  const wanted = `a number ${above ? 'above' : 'from'} ${min}${above ? ' and at most' : ' to'} ${max}${step === undefined ? '' : ` in steps of ${step}`}`;
  const isStep = (value: number): boolean =>
    step === undefined || Math.abs(value / step - Math.round(value / step)) < 1e-9;
  const fits = (value: unknown): value is number =>
    typeof value === 'number' && value <= max && (above ? value > min : value >= min) && isStep(value);
  return {
    schema: {
      type: 'number',
      [above ? 'exclusiveMinimum' : 'minimum']: min,
      maximum: max,
      ...(step === undefined ? {} : { multipleOf: step }),
    },
    parse: (value, path, problems) => (fits(value) ? value : refuse(value, path, wanted, problems)),
  };
}

/** A length of time, in whole milliseconds once parsed. */
export const duration = (min: string, max: string): Rule<number> => rounded(fineDuration(min, max));

const rounded = ({ schema, parse }: Rule<number>): Rule<number> => ({
  schema,
  parse: (value, path, problems) => Math.round(parse(value, path, problems)),
});

/** A length of time in milliseconds, to the microsecond. */
export const fineDuration = (min: string, max: string): Rule<number> => ({
  schema: { type: 'string', pattern: DURATION_PATTERN },
  parse(value, path, problems) {
    const millis = typeof value === 'string' ? parseDuration(value) : undefined;
    const fits = millis !== undefined && millis >= parseDuration(min)! && millis <= parseDuration(max)!;
    return fits
      ? millis
      : refuse(value, path, `a duration such as "90s" or "1h30m", ${min} to ${max}`, problems);
  },
});

export const flag: Rule<boolean> = {
  schema: { type: 'boolean' },
  parse: (value, path, problems) =>
    typeof value === 'boolean' ? value : refuse(value, path, 'true or false', problems),
};

const HEADER_PATTERN = '^[a-z0-9][a-z0-9-]{0,63}$';

/** Name of a request header, in lower case as all are compared. */
export const headerName = text(HEADER_PATTERN, 'the name of a header in lower case, such as "x-country"');

/** A string of a certain form. */
export function text(pattern: string, wanted: string): Rule<string> {
  return {
    schema: { type: 'string', pattern },
    parse: (value, path, problems) =>
      typeof value === 'string' && new RegExp(pattern).test(value)
        ? value
        : refuse(value, path, wanted, problems),
  };
}

/** One line of text. */
export const line = text('^[^\\u0000-\\u001f]{1,500}$', 'a text of 1 to 500 characters');

/** What the first rule that fits says. */
export const either = <A, B>(first: Rule<A>, second: Rule<B>, wanted: string): Rule<A | B> => ({
  schema: { anyOf: [first.schema, second.schema] },
  parse(value, path, problems) {
    for (const rule of [first, second]) {
      const own: string[] = [];
      const parsed = rule.parse(value, path, own);
      if (own.length === 0) return parsed;
    }
    return refuse(value, path, wanted, problems);
  },
});

/** One of a few words. */
export const choice = <T extends string>(words: readonly T[]): Rule<T> => ({
  schema: { enum: words },
  parse: (value, path, problems) =>
    words.find((word) => word === value) ?? refuse(value, path, `one of ${words.join(', ')}`, problems),
});

/** What `rule` says, or `false` to do without (null once parsed). */
export const orFalse = <T>(rule: Rule<T>): Rule<T | null> => ({
  schema: { anyOf: [{ const: false }, rule.schema] },
  parse: (value, path, problems) => (value === false ? null : rule.parse(value, path, problems)),
});

/** What `rule` says, or nothing (null once parsed and in the table of fields). */
export const orNothing = <T>(rule: Rule<T>): Rule<T | null> => ({
  schema: rule.schema,
  parse: (value, path, problems) => (value === null ? null : rule.parse(value, path, problems)),
});

export const list = <T>(rule: Rule<T>, { min, max }: Bounds): Rule<readonly T[]> => ({
  schema: { type: 'array', items: rule.schema, minItems: min, maxItems: max },
  parse(value, path, problems) {
    if (!Array.isArray(value) || value.length < min || value.length > max)
      return refuse(value, path, `a list of ${min} to ${max} entries`, problems);
    return value.map((item, i) => rule.parse(item, `${path}[${i}]`, problems));
  },
});

/** An object whose keys are names of somebody's choosing. */
export const table = <T>(names: Rule<string>, rule: Rule<T>): Rule<ReadonlyMap<string, T>> => ({
  schema: { type: 'object', propertyNames: names.schema, additionalProperties: rule.schema },
  parse(value, path, problems) {
    if (!isRecord(value)) return refuse(value, path, 'a table of names', problems);
    const entries = Object.entries(value).map(
      ([name, inner]) =>
        [
          names.parse(name, `the name ${join(path, name)}`, problems),
          rule.parse(inner, join(path, name), problems),
        ] as const,
    );
    return new Map(entries);
  },
});

/**
 * An object with known keys: others are refused by name, since a misspelt guard would be a guard that is not there.
 * `suggest` says which of the known ones it may have been meant to be, or nothing.
 */
export function record<T extends object>(
  fields: { readonly [K in keyof T]: Field<T[K]> },
  suggest: (key: string, known: readonly string[]) => string = () => '',
): Rule<T> {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  const names = entries.map(([name]) => name);
  return {
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(entries.map(describe)),
    },
    parse(value, path, problems) {
      if (!isRecord(value)) return refuse(value, path === '' ? 'the policy' : path, 'an object', problems);
      const given = new Map(Object.entries(value));
      for (const key of given.keys()) {
        if (!names.includes(key))
          problems.push(
            `${join(path, key)} is no key here, wanted one of ${names.join(', ')}${suggest(key, names)}`,
          );
      }
      const parsed = entries.map(([name, { rule, fallback }]) => [
        name,
        rule.parse(given.has(name) ? given.get(name) : fallback, join(path, name), problems),
      ]);
      return Object.fromEntries(parsed) as T;
    },
  };
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const describe = ([name, { rule, fallback, about }]: [string, Field<unknown>]): [string, unknown] => [
  name,
  { ...rule.schema, description: about, ...(fallback === null ? {} : { default: fallback }) },
];

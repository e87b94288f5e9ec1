/** Schemas whose values become something else once they are read: durations, what may be left out, kinds. Pure. */
import type { Static, TSchema } from 'typebox';
import { isRecord } from '../core/record.ts';
import { DURATION_PATTERN, parseDuration } from '../text/duration.ts';
import { readValue, refuse } from './read-value.ts';
import {
  anyNumber,
  choice,
  field,
  type Keywords,
  READ,
  record,
  schemaOf,
  tableOf,
  text,
  type ValueReader,
  type ValueSchema,
} from './value-schema.ts';

/** What `make` makes of a value that fits; nothing is made of what has problems. */
export const transformed = <A, B>(
  of: ValueSchema<A>,
  make: (value: A, path: string, problems: string[]) => B,
): ValueSchema<B> =>
  withReader<B>(of, (value, path, problems) => {
    const before = problems.length;
    const given = readValue(of, value, path, problems);
    return problems.length === before ? make(given, path, problems) : (undefined as B);
  });

/** A schema with a way of reading of its own. */
export const withReader = <T>(keywords: TSchema, how: ValueReader<T>): ValueSchema<T> =>
  schemaOf({ ...keywords, [READ]: how });

/** A number that a program has computed: one that is not finite is null in JSON, and no number once read. */
export const computedNumber: ValueSchema<number> = withReader(anyNumber, (value, path, problems) =>
  value === null ? Number.NaN : readValue(anyNumber, value, path, problems),
);

/** What `of` says, or nothing (null once read and in the table of fields). */
export const orNothing = <T>(of: ValueSchema<T>): ValueSchema<T | null> =>
  withReader(of, (value, path, problems) => (value === null ? null : readValue(of, value, path, problems)));

/** What `of` says, or `false` to do without (null once read). */
export const orFalse = <T>(of: ValueSchema<T>): ValueSchema<T | null> =>
  withReader({ anyOf: [{ const: false }, of] }, (value, path, problems) =>
    value === false ? null : readValue(of, value, path, problems),
  );

/** A length of time in milliseconds, to the microsecond. */
export function fineDuration(min: string, max: string): ValueSchema<number> {
  const of = text(DURATION_PATTERN, `a duration such as "90s" or "1h30m", ${min} to ${max}`);
  const [least, most] = [millisOf(min), millisOf(max)];
  return withReader(of, (value, path, problems) => {
    const millis = typeof value === 'string' ? millisOf(value) : Number.NaN;
    if (!(millis >= least && millis <= most)) refuse(of, value, path, problems);
    return millis;
  });
}

const millisOf = (duration: string): number => parseDuration(duration) ?? Number.NaN;

/** A length of time, in whole milliseconds once read. */
export const duration = (min: string, max: string): ValueSchema<number> =>
  transformed(fineDuration(min, max), Math.round);

/** The same in seconds. */
export const seconds = (min: string, max: string): ValueSchema<number> =>
  transformed(duration(min, max), (millis) => millis / 1000);

/** A table whose order counts. */
export const mapOf = <T>(
  names: ValueSchema<string>,
  values: ValueSchema<T>,
): ValueSchema<ReadonlyMap<string, T>> =>
  transformed(tableOf(names, values), (entries) => new Map(Object.entries(entries)));

type Properties = Readonly<Record<string, TSchema>>;
type OfKind<K, P extends Properties> = { readonly kind: K } & { readonly [N in keyof P]: Static<P[N]> };

/**
 * Objects of several kinds, told apart by `kind`, each with fields of its own; a kind that needs nothing else may stand by
 * itself. `publish` makes the JSON Schema of those of the kinds.
 */
export function kinds<const V extends Readonly<Record<string, Properties>>>(
  variants: V,
  publish: (objects: readonly Keywords[]) => Keywords,
): ValueSchema<{ [K in keyof V]: OfKind<K, V[K]> }[keyof V]> {
  const kind = choice(Object.keys(variants));
  const objects = new Map<unknown, Keywords>(
    Object.entries(variants).map(([name, fields]) => [
      name,
      record({ kind: field(choice([name]), null, 'what it is'), ...fields }),
    ]),
  );
  return withReader(publish([...objects.values()]), (value, path, problems) => {
    const given = isRecord(value) ? value : { kind: value };
    const found = objects.get(readValue(kind, given['kind'], `${path}.kind`, problems));
    return (found && readValue(found, given, path, problems)) as never;
  });
}

/** A list of two, each with a schema of its own. */
export const pairOf = <A, B>(first: ValueSchema<A>, second: ValueSchema<B>): ValueSchema<readonly [A, B]> =>
  withReader<readonly [A, B]>({ type: 'array', minItems: 2, maxItems: 2 }, (value, path, problems) => {
    if (!Array.isArray(value) || value.length !== 2)
      return refuse({ type: 'array', minItems: 2, maxItems: 2 }, value, path, problems);
    return [
      readValue(first, value[0], `${path}[0]`, problems),
      readValue(second, value[1], `${path}[1]`, problems),
    ];
  });

/** A list of three, each with a schema of its own. */
export const tripleOf = <A, B, C>(
  first: ValueSchema<A>,
  second: ValueSchema<B>,
  third: ValueSchema<C>,
): ValueSchema<readonly [A, B, C]> =>
  withReader<readonly [A, B, C]>({ type: 'array', minItems: 3, maxItems: 3 }, (value, path, problems) => {
    if (!Array.isArray(value) || value.length !== 3)
      return refuse({ type: 'array', minItems: 3, maxItems: 3 }, value, path, problems);
    return [
      readValue(first, value[0], `${path}[0]`, problems),
      readValue(second, value[1], `${path}[1]`, problems),
      readValue(third, value[2], `${path}[2]`, problems),
    ];
  });

/**
 * Schemas of what people write, what programs send and what databases keep. A schema is a JSON Schema, typed as TypeBox types
 * its own: `Static<typeof X>` is what `readValue` (`read-value.ts`) makes of a value, X itself is what is published. What JSON Schema
 * cannot say stands under symbols, which JSON leaves out. Of TypeBox only types are imported: its builders would be loaded
 * by every start. Pure.
 */
import type { Static, TSchema, TUnsafe } from 'typebox';

/** What a good value looks like, where the keywords do not tell it to people. */
export const WANTED = Symbol('wanted');
/** How a value that does not fit is told: without what may be secret in it. */
export const TOLD = Symbol('told');
/** What holds where a key is left out, as people would write it. */
export const FALLBACK = Symbol('fallback');
/** Reads a value in place of the keywords. */
export const READ = Symbol('read');

/** Adds a line to `problems` for every mistake in the value; what is returned then is not used. */
export type ValueReader<T> = (value: unknown, path: string, problems: string[]) => T;

/** Keywords of JSON Schema that values are checked by. */
export interface Keywords {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly TSchema[];
  readonly oneOf?: readonly TSchema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly items?: TSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | TSchema;
  readonly patternProperties?: Readonly<Record<string, TSchema>>;
  readonly propertyNames?: TSchema;
  readonly [WANTED]?: string;
  readonly [TOLD]?: (value: unknown) => string;
  readonly [FALLBACK]?: unknown;
  readonly [READ]?: ValueReader<unknown>;
}

/** A schema whose values are read as `T`. */
export type ValueSchema<T> = TUnsafe<T> & Keywords;

/** TypeBox has the type of a schema in a property that is never there. */
export const schemaOf = <T>(keywords: Keywords): ValueSchema<T> => keywords as ValueSchema<T>;

/** A key of an object: what holds where it is left out (as people would write it), and what it is for. */
export const field = <T>(of: ValueSchema<T>, fallback: unknown, description: string): ValueSchema<T> => ({
  ...of,
  description,
  ...(fallback === null ? {} : { default: fallback }),
  [FALLBACK]: fallback,
});

export interface NumberBounds {
  readonly min: number;
  readonly max: number;
  /** `min` itself is refused. */
  readonly above?: boolean;
  readonly step?: number;
}

/** A number within bounds, a multiple of `step` where there is one. */
export const number = ({ min, max, above = false, step }: NumberBounds): ValueSchema<number> =>
  schemaOf({
    type: 'number',
    [above ? 'exclusiveMinimum' : 'minimum']: min,
    maximum: max,
    ...(step === undefined ? {} : { multipleOf: step }),
  });

export const whole = (min: number, max: number): ValueSchema<number> => number({ min, max, step: 1 });

export const flag: ValueSchema<boolean> = schemaOf({ type: 'boolean' });

export const anyText: ValueSchema<string> = schemaOf({ type: 'string' });
export const anyNumber: ValueSchema<number> = schemaOf({ type: 'number' });
export const anyInteger: ValueSchema<number> = schemaOf({ type: 'integer' });

/** What is judged elsewhere. */
export const anything: ValueSchema<unknown> = schemaOf({});

/** A string of a certain form. */
export const text = (pattern: string, wanted: string): ValueSchema<string> =>
  schemaOf({ type: 'string', pattern, [WANTED]: wanted });

/** One line of text. */
export const line = text('^[^\\u0000-\\u001f]{1,500}$', 'a text of 1 to 500 characters');

/** Name of a request header, in lower case as all are compared. */
export const headerName = text(
  '^[a-z0-9][a-z0-9-]{0,63}$',
  'the name of a header in lower case, such as "x-country"',
);

/** One of a few words. */
export const choice = <const T extends string>(words: readonly T[]): ValueSchema<T> =>
  schemaOf({ enum: words });

/** What does not fit is told by `told`: it may be a secret. */
export const confidential = (
  of: ValueSchema<string>,
  told: (value: unknown) => string,
): ValueSchema<string> => ({
  ...of,
  [TOLD]: told,
});

export const list = <T>(items: ValueSchema<T>, bounds?: NumberBounds): ValueSchema<readonly T[]> =>
  schemaOf({
    type: 'array',
    items,
    ...(bounds === undefined ? {} : { minItems: bounds.min, maxItems: bounds.max }),
  });

type SchemaTable = Readonly<Record<string, TSchema>>;

/** An object with known keys: others are refused by name, since a misspelt guard would be a guard that is not there. */
export const record = <F extends SchemaTable>(
  properties: F,
): ValueSchema<{ readonly [K in keyof F]: Static<F[K]> }> =>
  schemaOf({ type: 'object', additionalProperties: false, properties });

/**
 * What a program has written: every key is there but for those of `optional`, in the order in which it wrote them, and it may
 * know more of them.
 */
export const shape = <F extends SchemaTable, O extends SchemaTable = Readonly<Record<never, never>>>(
  properties: F,
  optional?: O,
): ValueSchema<{ readonly [K in keyof F]: Static<F[K]> } & { readonly [K in keyof O]?: Static<O[K]> }> =>
  schemaOf({
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
  });

/** Null where there is none. */
export const nullable = <S extends TSchema>(of: S): ValueSchema<Static<S> | null> =>
  schemaOf({ anyOf: [of, { type: 'null' }] });

/** Says what a value is for, where that is published. */
export const described = <S extends TSchema>(of: S, description: string): S => ({ ...of, description });

/** Most milliseconds from the epoch that a date can be (ECMA-262, 21.4.1.1). */
const EPOCH_MAX = 8.64e15;
/** A time as rows keep it: milliseconds since the epoch. */
export const epochTime: ValueSchema<number> = schemaOf({
  type: 'integer',
  minimum: -EPOCH_MAX,
  maximum: EPOCH_MAX,
});

/** A time as answers tell it. */
export const epochMillis = described(anyNumber, 'Milliseconds since the epoch');

/** A part of a list. */
export const pageSchema = <S extends TSchema>(item: S) =>
  shape({
    items: list(schemaOf<Static<S>>(item)),
    next: described(nullable(anyText), 'Cursor of the next part; null at the end'),
  });

/** An object whose keys are names of somebody's choosing. */
export const tableOf = <T>(
  names: ValueSchema<string>,
  values: ValueSchema<T>,
): ValueSchema<Readonly<Record<string, T>>> =>
  schemaOf({ type: 'object', propertyNames: names, additionalProperties: values });

/** What the first schema says that fits. `wanted` takes the place of what each of them says. */
export const either = <A, B>(a: ValueSchema<A>, b: ValueSchema<B>, wanted?: string): ValueSchema<A | B> =>
  schemaOf({ anyOf: [a, b], ...(wanted === undefined ? {} : { [WANTED]: wanted }) });

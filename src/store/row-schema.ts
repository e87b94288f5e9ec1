/**
 * Rows of tables. One definition of the columns says what a row is, what the database keeps of it, and how one becomes the
 * other; what a database brings is checked before it is used. Pure.
 */
import type { Static } from 'typebox';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { readValue, refuse } from '../schema/read-value.ts';
import { orNothing, withReader } from '../schema/transformed.ts';
import { flag, type Keywords, schemaOf, type ValueSchema } from '../schema/value-schema.ts';
import { encodeJson } from './json.ts';

/** How a value is kept, where that is not as it is. */
const KEPT = Symbol('kept');

/** A column whose values are read as `T` and kept as `K`. */
export type Column<T, K = T> = ValueSchema<T> & { readonly [KEPT]?: (value: unknown) => K };
type Columns = Readonly<Record<string, Keywords & { readonly [KEPT]?: (value: unknown) => unknown }>>;
type NamedColumns = readonly (readonly [string, Columns[string]])[];

type Kept<C> = typeof KEPT extends keyof C
  ? C extends { readonly [KEPT]?: (value: unknown) => infer K }
    ? K
    : never
  : Static<C & object>;
type Read<C> = { readonly [K in keyof C]: Static<C[K] & object> };
type Written<C> = { [K in keyof C]: Kept<C[K]> };
/** A row as the program has it. */
export type RowOf<S> = S extends RowSchema<infer C> ? Read<C> : never;
/** A row as the database has it. */
export type KeptRow<S> = S extends RowSchema<infer C> ? Written<C> : never;

/** 0 or 1. */
export const flagColumn: Column<boolean, number> = {
  ...withReader(flag, (value, path, problems) => {
    if (value === 0 || value === 1) return value === 1;
    return refuse({ enum: [0, 1] }, value, path, problems);
  }),
  [KEPT]: Number,
};

/** Drivers hand out views of their own buffers: a copy lets those go. */
export const bytesColumn: Column<Uint8Array> = withReader<Uint8Array>({}, (value, path, problems) => {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return refuse({ type: 'bytes' }, value, path, problems);
});

/** Text in both databases (`json.ts`). */
export const jsonColumn = <T>(of: ValueSchema<T>): Column<T, string> => ({
  ...withReader<T>({ type: 'string' }, (text, path, problems) => {
    const value = parsed(text);
    if (value !== undefined) return readValue(of, value, path, problems);
    return refuse({ type: 'JSON' }, text, path, problems);
  }),
  [KEPT]: encodeJson,
});

/** Undefined, which no JSON is, where the text is none. */
function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

export function orNull<C extends Columns[string]>(column: C): Column<Static<C> | null, Kept<C> | null> {
  const kept = column[KEPT];
  const of = orNothing(schemaOf<Static<C>>(column));
  return kept === undefined
    ? of
    : { ...of, [KEPT]: (value) => (value === null ? null : (kept(value) as Kept<C>)) };
}

/** A row that cannot be used, as the database keeps it, and why. */
export interface DamagedRow {
  readonly kept: Readonly<Record<string, unknown>>;
  readonly error: PlimsollError;
}

/** Rows as far as they can be used: one that is damaged does not take the others with it. */
export interface ReadRows<T> {
  readonly items: readonly T[];
  readonly damaged: readonly DamagedRow[];
}

/** Whether this was thrown because a row of the store cannot be used. */
export const isRowDamage = (error: unknown): error is PlimsollError =>
  isPlimsollError(error) && error.code === 'STORE_ROW_INVALID';

/** Each row by itself. */
export function readRows<K extends object, T>(rows: readonly K[], read: (row: K) => T): ReadRows<T> {
  const items: T[] = [];
  const damaged: DamagedRow[] = [];
  for (const row of rows) {
    try {
      items.push(read(row));
    } catch (error) {
      if (!isRowDamage(error)) throw error;
      damaged.push({ kept: Object.fromEntries(Object.entries(row)), error });
    }
  }
  return { items, damaged };
}

/** All of them, for what must know every row. Throws STORE_ROW_INVALID for the first that is damaged. */
export function requireSound<T>({ items, damaged: [first] }: ReadRows<T>): readonly T[] {
  if (first !== undefined) throw first.error;
  return items;
}

/** A row for those who can go on without it: null where there is none, or it cannot be used. */
export const soundOrNull = <T>(row: Promise<T | null>): Promise<T | null> =>
  row.catch((error: unknown) => {
    if (!isRowDamage(error)) throw error;
    return null;
  });

/** Rows of one table. */
export class RowSchema<C extends Columns> {
  readonly names: readonly (keyof C & string)[];
  readonly #table: string;
  readonly #key: readonly string[];
  readonly #columns: NamedColumns;

  /** `table` and `key` tell which row it is, in errors. */
  constructor(table: string, key: readonly (keyof C & string)[], columns: C) {
    this.#table = table;
    this.#key = key;
    this.#columns = Object.entries(columns);
    this.names = Object.keys(columns);
  }

  /** Throws STORE_ROW_INVALID. */
  readonly read = (kept: Readonly<Written<C>>): Read<C> => {
    const given: Readonly<Record<string, unknown>> = kept;
    const problems: string[] = [];
    const row: Record<string, unknown> = {};
    for (const [name, column] of this.#columns) row[name] = readValue(column, given[name], name, problems);
    if (problems.length === 0) return row as never;
    const key = this.#key.map((name) => `${name} ${JSON.stringify(given[name])}`).join(', ');
    const about = { table: this.#table, key, problems: problems.join('; '), list: problems };
    throw new PlimsollError('STORE_ROW_INVALID', about);
  };

  /** The row as the database keeps it. */
  write(row: Read<C>): Written<C> {
    return this.#written(row, this.#columns) as never;
  }

  /** Those columns of it that are given. */
  change(row: { readonly [K in keyof C]?: Read<C>[K] | undefined }): Partial<Written<C>> {
    const given: Readonly<Record<string, unknown>> = row;
    return this.#written(
      row,
      this.#columns.filter(([name]) => given[name] !== undefined),
    ) as never;
  }

  #written(row: Readonly<Record<string, unknown>>, columns: NamedColumns): Record<string, unknown> {
    const written = columns.map(([name, column]) => {
      const value = row[name];
      const keep = column[KEPT];
      return [name, keep === undefined ? value : keep(value)];
    });
    return Object.fromEntries(written);
  }
}

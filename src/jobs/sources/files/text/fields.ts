/** The columns of a relation over text: what stays as it is written, and what is parsed for the model. Pure. */
import type { CellType } from '../../../../scorer/scorer.ts';
import type { WantedColumns } from '../format.ts';

/** A column of a relation that is read from text. */
export interface TextField {
  readonly name: string;
  /** Column of the file. */
  readonly column: string;
  /** What its cells are parsed as; undefined where they stay text. */
  readonly type: CellType | undefined;
}

/** The columns of a relation over text, and the names of those that hold what was parsed of others. */
export function textFieldsOf({ columns, types, kept = new Set() }: WantedColumns): {
  readonly fields: readonly TextField[];
  readonly parsed: ReadonlyMap<string, string>;
} {
  const names = columns.map(({ name }) => name);
  const taken = new Set(names.map((name) => name.toLowerCase()));
  const both = names.filter((name) => kept.has(name) && types.has(name));
  const parsed = new Map(both.map((name, i) => [name, freeName(`parsed ${i}`, taken)]));
  const fields = names.map((name) => ({
    name,
    column: name,
    type: parsed.has(name) ? undefined : types.get(name),
  }));
  const beside = [...parsed].map(([column, name]) => ({ name, column, type: types.get(column) }));
  return { fields: [...fields, ...beside], parsed };
}

const freeName = (name: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? freeName(`${name}'`, taken) : name;

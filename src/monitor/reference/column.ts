/** Columns with names, as references and streams are made of. Pure. */
import type { ValueColumn } from './profile.ts';

export interface NamedColumn {
  readonly name: string;
  readonly column: ValueColumn;
}

export const lengthOf = (column: ValueColumn): number => column.values.length;

/** Part of a column, without a copy where it is of numbers. */
export function sliceColumn(column: ValueColumn, from: number, to: number): ValueColumn {
  if (column.kind === 'category') return { kind: 'category', values: column.values.slice(from, to) };
  return {
    kind: 'number',
    values: column.values.subarray(from, to),
    nulls: column.nulls === null ? null : column.nulls.subarray(from, to),
  };
}

/** Numbers as captured ones and those of JSON are: a missing one is NaN, and none is NaN by itself. */
export function numbersOrNull(values: Float64Array): ValueColumn {
  const nulls = new Uint8Array(values.length);
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    nulls[i] = Number.isNaN(values[i]!) ? 1 : 0;
    missing += nulls[i]!;
  }
  return { kind: 'number', values, nulls: missing === 0 ? null : nulls };
}

/** Columns with names, as references and streams are made of. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { ValueColumn } from './reference-profile.ts';

export interface NamedColumn {
  readonly name: string;
  readonly column: ValueColumn;
}

export const columnLength = (column: ValueColumn): number => column.values.length;

/** Numbers as captured ones and those of JSON are: a missing one is NaN, and none is NaN by itself. */
export function numbersOrNull(values: Float64Array): ValueColumn {
  const nulls = new Uint8Array(values.length);
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    nulls[i] = Number.isNaN(elementAt(values, i)) ? 1 : 0;
    missing += elementAt(nulls, i);
  }
  return { kind: 'number', values, nulls: missing === 0 ? null : nulls };
}

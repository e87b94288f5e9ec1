/** The longest run of one and the same value in a column. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { ValueColumn } from '../reference/reference-profile.ts';

export interface ValueRun {
  /** The last value, and how many rows have had it without a break; null: there was no row. */
  readonly value: number | string | null;
  readonly length: number;
  readonly longest: number;
  /** Row at which the longest one began, and its value. */
  readonly since: number;
  readonly of: number | string | null;
}

export const NO_VALUE_RUN: ValueRun = { value: null, length: 0, longest: 0, since: 0, of: null };

/** Missing values make no run: they are counted elsewhere. */
export function extendRun(state: ValueRun, column: ValueColumn, rows: number, from: number): ValueRun {
  return column.kind === 'number'
    ? continued(state, column.values, rows, from, Number.isNaN)
    : continued(state, column.values, rows, from, isNull);
}

const isNull = (value: unknown): boolean => value === null;

function continued<T extends number | string | null>(
  state: ValueRun,
  values: ArrayLike<T>,
  rows: number,
  from: number,
  isMissing: (value: T) => boolean,
): ValueRun {
  let { value, length, longest, since, of } = state;
  let begin = 0;
  while (begin < rows) {
    const next = elementAt(values, begin);
    let end = begin + 1;
    while (end < rows && values[end] === next) end++;
    length = (next === value ? length : 0) + end - begin;
    value = next;
    if (length > longest && !isMissing(next)) {
      longest = length;
      since = from + end - length;
      of = next;
    }
    begin = end;
  }
  return { value, length, longest, since, of };
}

/** Lists of JSON, for models whose inputs are tensors, as lists of DuckDB. */

import { type DuckDBValue, listValue } from '@duckdb/node-api';
import { hasKey } from '../../../../core/record.ts';

const LEAVES = { number: 'DOUBLE', boolean: 'BOOLEAN', string: 'VARCHAR' } as const;
/** Dimensions of a tensor at most. */
const DEPTH_MAX = 16;
/** JSON has no words for these; they come as strings, as in the online doors. */
const NUMBER_WORDS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** DuckDB's type for a list like this one (`DOUBLE[][]`), or null where it is none; missing values say nothing. */
export function typeOfList(value: unknown, depth = 0): string | null {
  if (Array.isArray(value)) {
    if (depth === DEPTH_MAX) return null;
    const inner = value.map((item) => typeOfList(item, depth + 1)).find((type) => type !== null);
    return `${inner ?? 'DOUBLE'}[]`;
  }
  if (depth === 0 || value === null || NUMBER_WORDS.has(value)) return null;
  const type = typeof value;
  return hasKey(LEAVES, type) ? LEAVES[type] : null;
}

/** A list as a value of `type`; undefined where it does not fit. */
export function jsonListCell(value: unknown, type: string): DuckDBValue | undefined {
  if (value === null) return null;
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return undefined;
    const inner = type.slice(0, -2);
    const items: DuckDBValue[] = [];
    for (const item of value) {
      const cell = jsonListCell(item, inner);
      if (cell === undefined) return undefined;
      items.push(cell);
    }
    return listValue(items);
  }
  if (type === 'DOUBLE') {
    if (typeof value === 'boolean') return value ? 1 : 0;
    return typeof value === 'number' ? value : NUMBER_WORDS.get(value);
  }
  const fits = type === 'BOOLEAN' ? typeof value === 'boolean' : typeof value === 'string';
  return fits ? (value as DuckDBValue) : undefined;
}

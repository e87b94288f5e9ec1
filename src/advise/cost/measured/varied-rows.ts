/** Rows to ask a model, like the one that its version shows. Pure. */

import { seededRandom } from '../../../core/random.ts';
import { isRecord } from '../../../core/record.ts';

/**
 * `count` rows like `example`: each number is between half of it and one and a half times it, whole where it is whole, so that trees
 * are walked on many ways; everything else is as it is. The same each time.
 */
export function variedRows(example: unknown, count: number): unknown[] {
  const random = seededRandom(count);
  const varied = (value: unknown): unknown => {
    if (typeof value === 'number') {
      const other = value * (0.5 + random.next());
      return Number.isInteger(value) ? Math.round(other) : Number(other.toPrecision(6));
    }
    if (Array.isArray(value)) return value.map(varied);
    if (isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, varied(one)]));
    return value;
  };
  return Array.from({ length: count }, () => varied(example));
}

/** Bodies of `/predict` with `rows` rows each, of which `bodies` are different. */
export function variedBodies(example: unknown, rows: number, bodies: number): string[] {
  const all = variedRows(example, rows * bodies);
  return Array.from({ length: bodies }, (_, at) =>
    JSON.stringify({ rows: all.slice(at * rows, (at + 1) * rows) }),
  );
}

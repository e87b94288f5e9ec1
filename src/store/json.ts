/** JSON columns: text in both databases, because their own JSON types reorder keys and refuse what text holds. Pure. */
import { PlimsollError } from '../core/errors.ts';

const finite = (key: string, value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new PlimsollError('STORE_VALUE_INVALID', {
      found: `${value} at key "${key}"`,
      wanted: 'a finite number in JSON',
    });
  }
  return value;
};

/** Text of a value; undefined is kept as null. Refuses numbers that JSON would silently turn into null. */
export const encodeJson = (value: unknown): string => JSON.stringify(value ?? null, finite);

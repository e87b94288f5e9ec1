/** JSON in one spelling: RFC 8785. Keys in order of UTF-16 code units, numbers as ECMAScript writes them. Pure. */
import { PlimsollError } from './errors.ts';

const MAX_DEPTH = 100;

/** Canonical text of a JSON value (what `JSON.parse` can give). Deeper than 100 levels is refused. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) {
    throw new PlimsollError('STORE_VALUE_INVALID', {
      found: `more than ${MAX_DEPTH} levels`,
      wanted: 'JSON that is less deep',
    });
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, depth + 1)}`).join(',')}}`;
}

/** Of an upsert: a key that names two rows of the same run, of which nobody said which would stay. */
import { PlimsollError } from '../../../core/errors.ts';
import { identifier } from '../../../sql/identifiers.ts';
import type { SinkRun } from '../sink.ts';
import type { TableTarget } from './target.ts';

/** Asks DuckDB for the text of one such key among the rows of `from`. */
export function repeatedKeyQuery({ spec }: SinkRun, from: string): string {
  const key = identifier(spec.key);
  return `SELECT ${key}::VARCHAR FROM ${from} GROUP BY ${key} HAVING count(*) > 1 LIMIT 1`;
}

/** KEY_DUPLICATE, naming the key. */
export const repeatedKey = ({ where }: TableTarget, key: unknown): PlimsollError =>
  new PlimsollError('KEY_DUPLICATE', { where, found: `the key ${JSON.stringify(key)} comes more than once` });

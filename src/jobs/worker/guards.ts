/** What a row must be, beside what the model wants, to get into the output: looked at by SQL where the row is. Pure. */

import type { DuckDBColumn } from '../../duckdb/copy.ts';
import { identifier } from '../../sql/identifiers.ts';
import { refusalsOf } from '../sinks/refusals.ts';
import type { SinkSpec } from '../spec/spec.ts';
import type { RowVerdict } from './verdict.ts';

export interface RowGuard {
  /** SQL that is true of a row that is turned away. */
  readonly test: string;
  readonly verdict: Omit<RowVerdict, 'row'>;
}

/** Guards at most: their number is kept in a byte. */
const GUARDS_MAX = 250;

/** A key, and cells that the sink can hold. `columns` are those of the output that come from the input. */
export function guardsOf(
  key: string,
  sink: Pick<SinkSpec, 'uri'>,
  columns: readonly DuckDBColumn[],
): readonly RowGuard[] {
  const keyless: RowGuard = {
    test: `${identifier(key)} IS NULL`,
    verdict: {
      outcome: 'rejected',
      code: 'missing_key',
      column: key,
      reason: `"${key}" is missing, a key was wanted`,
    },
  };
  const cells = refusalsOf(sink, columns).map(
    ({ column, test, code, reason }): RowGuard => ({
      test: test(identifier(column)),
      verdict: { outcome: 'rejected', code, column, reason: `"${column}": ${reason}` },
    }),
  );
  return [keyless, ...cells].slice(0, GUARDS_MAX);
}

/** A byte a row: 0, or the number, from 1, of the first guard that turns it away. */
export const guardExpression = (guards: readonly RowGuard[]): string =>
  `(CASE ${guards.map(({ test }, i) => `WHEN ${test} THEN ${i + 1}`).join(' ')} ELSE 0 END)::UTINYINT`;

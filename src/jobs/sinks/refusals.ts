/** What a sink cannot hold, to be found before a row counts as ok: such a row is rejected, and the run goes on. Pure. */

import type { DuckDBColumn } from '../../duckdb/copy.ts';
import type { SinkSpec } from '../spec/spec.ts';
import { uriKindOf } from '../spec/uri.ts';

/** A condition on the cells of a column under which the row cannot be written. */
export interface CellRefusal {
  readonly column: string;
  /** True for such a cell, false or NULL for others; of the cell as an expression of DuckDB. */
  readonly test: (cell: string) => string;
  readonly code: string;
  readonly reason: string;
}

const TEXT = /^(?:VARCHAR|JSON|ENUM\b.*)$/;
const NESTED = /\]$|^(?:STRUCT|MAP|UNION)\b/;
const DAYS = /^(?:DATE|TIMESTAMP\b.*)$/;

/** Of the columns that are written, with the URI as it is used. Other sinks than PostgreSQL hold whatever DuckDB does. */
export function refusalsOf(
  { uri }: Pick<SinkSpec, 'uri'>,
  columns: readonly DuckDBColumn[],
): readonly CellRefusal[] {
  if (uriKindOf(uri) !== 'postgres') return [];
  return columns.flatMap(({ name: column, type }): CellRefusal[] => {
    if (TEXT.test(type)) return [{ column, test: (cell) => `contains(${cell}::VARCHAR, chr(0))`, ...NUL }];
    if (NESTED.test(type))
      return [{ column, test: (cell) => `contains(to_json(${cell})::VARCHAR, '\\u0000')`, ...NUL }];
    if (DAYS.test(type))
      return [{ column, test: (cell) => `(${cell} < DATE '${FIRST_DAY}' AND isfinite(${cell}))`, ...EARLY }];
    return [];
  });
}

const NUL = { code: 'text_nul', reason: 'the text holds NUL, which PostgreSQL keeps in no text' };
/** https://www.postgresql.org/docs/current/datatype-datetime.html */
const FIRST_DAY = '4713-01-01 (BC)';
const EARLY = { code: 'time_range', reason: 'the time is before 4713 BC, where those of PostgreSQL begin' };

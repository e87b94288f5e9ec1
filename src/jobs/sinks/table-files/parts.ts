import { type DuckDBColumn, emptySelect } from '../../../duckdb/copy.ts';
import { literal } from '../../../sql/identifiers.ts';

/** What follows FROM for the rows of all parts, in their order. */
export const fromParts = (parts: readonly string[], columns: readonly DuckDBColumn[]): string =>
  parts.length === 0
    ? `(${emptySelect(columns)})`
    : `read_parquet([${parts.map(literal).join(', ')}], hive_partitioning = false)`;

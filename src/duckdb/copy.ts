/** How each format of files is written by DuckDB. Pure. */

import { identifier, literal, PARQUET } from '../sql/identifiers.ts';

/** A column, with DuckDB's name of its type. */
export interface DuckDBColumn {
  readonly name: string;
  readonly type: string;
}

export type OutputFormat = 'parquet' | 'csv' | 'jsonl';

/** Beyond these, a number of JSON is another one after `JSON.parse`. */
const SAFE = Number.MAX_SAFE_INTEGER;
const FLOATING: ReadonlySet<string> = new Set(['FLOAT', 'DOUBLE']);
const WIDE: ReadonlySet<string> = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT']);

interface Format {
  readonly options: string;
  /** What is selected for a column. */
  readonly cell: (column: DuckDBColumn) => string;
}

const FORMATS: Readonly<Record<OutputFormat, Format>> = {
  parquet: { options: `${PARQUET}, COMPRESSION zstd`, cell: ({ name }) => identifier(name) },
  csv: { options: 'FORMAT csv', cell: csvCell },
  jsonl: { options: 'FORMAT json', cell: jsonCell },
};

/** RFC 4180: NULL and NaN are empty, an empty text is `""`, infinities are written as JavaScript and pandas read them. */
function csvCell({ name, type }: DuckDBColumn): string {
  const cell = identifier(name);
  if (!FLOATING.has(type)) return cell;
  const infinite = `if(${cell} > 0, 'Infinity', '-Infinity')`;
  return `CASE WHEN isfinite(${cell}) THEN ${cell}::VARCHAR WHEN isinf(${cell}) THEN ${infinite} END`;
}

/** As in JSON answers: NaN is null, infinities and integers beyond 2^53 are strings. */
function jsonCell({ name, type }: DuckDBColumn): string {
  const cell = identifier(name);
  if (FLOATING.has(type)) {
    const infinite = `to_json(if(${cell} > 0, 'Infinity', '-Infinity'))`;
    return `CASE WHEN isfinite(${cell}) THEN to_json(${cell}) WHEN isinf(${cell}) THEN ${infinite} END`;
  }
  if (!WIDE.has(type)) return cell;
  const safe = type.startsWith('U') ? `${cell} <= ${SAFE}` : `${cell} BETWEEN -${SAFE} AND ${SAFE}`;
  return `CASE WHEN ${safe} THEN to_json(${cell}) ELSE to_json(${cell}::VARCHAR) END`;
}

/** The statement that writes what `select` gives as a file; `header` is about CSV alone. */
export function copyStatement(
  select: string,
  columns: readonly DuckDBColumn[],
  path: string,
  format: OutputFormat,
  header: boolean,
): string {
  const { options, cell } = FORMATS[format];
  const cells = columns.map((column) => `${cell(column)} AS ${identifier(column.name)}`).join(', ');
  const headed = format === 'csv' ? `, HEADER ${header}` : '';
  return `COPY (SELECT ${cells} FROM (${select})) TO ${literal(path)} (${options}${headed}, USE_TMP_FILE false)`;
}

/** A select of no rows with these columns. */
export const emptySelect = (columns: readonly DuckDBColumn[]): string =>
  `SELECT ${columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`).join(', ')} WHERE false`;

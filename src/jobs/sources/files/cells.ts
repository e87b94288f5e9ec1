/** How text becomes what the model takes, in DuckDB's SQL: the same values as `predict --input` gives for CSV. Pure. */
import type { CellType } from '../../../scorer/scorer.ts';

const NUMBER = '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?';
/** What `trim()` of JavaScript takes away (ECMAScript: WhiteSpace and LineTerminator), as a class of RE2. */
const SPACE = '[\\t\\n\\x0B\\f\\r\\p{Zs}\\x{2028}\\x{2029}\\x{FEFF}]';

/**
 * Text as a number; NULL where it is none, NaN where it says so. DuckDB's own cast decides for the common case and takes
 * more than we do (`1_000`, `+-1`), so that what it makes of rare characters is looked at again.
 */
const numberOf = (text: string): string => {
  const cast = `TRY_CAST(${text} AS DOUBLE)`;
  const word = `regexp_replace(${text}, '^${SPACE}+|${SPACE}+$', '', 'g')`;
  return (
    `CASE WHEN isfinite(${cast}) AND NOT contains(${text}, '_') AND NOT contains(${text}, '+-') THEN ${cast} ` +
    `WHEN regexp_full_match(${word}, '${NUMBER}') THEN TRY_CAST(${word} AS DOUBLE) ` +
    `ELSE CASE lower(${word}) WHEN 'nan' THEN 'nan'::DOUBLE WHEN 'true' THEN 1.0::DOUBLE WHEN 'false' THEN 0.0::DOUBLE ` +
    `WHEN 'inf' THEN 'inf'::DOUBLE WHEN '+inf' THEN 'inf'::DOUBLE WHEN 'infinity' THEN 'inf'::DOUBLE ` +
    `WHEN '-inf' THEN '-inf'::DOUBLE WHEN '-infinity' THEN '-inf'::DOUBLE END END`
  );
};

const boolOf = (text: string): string => {
  const word = `regexp_replace(${text}, '^${SPACE}+|${SPACE}+$', '', 'g')`;
  return `CASE lower(${word}) WHEN 'true' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN '0' THEN false END`;
};

/** The value of a cell of text; NULL where it is none. */
export function cellOf(text: string, type: CellType | undefined): string {
  if (type === 'number') return numberOf(text);
  if (type === 'bool') return boolOf(text);
  return text;
}

/** DuckDB's name of what a cell becomes. */
export const cellTypeName = (type: CellType | undefined): string =>
  type === 'number' ? 'DOUBLE' : type === 'bool' ? 'BOOLEAN' : 'VARCHAR';

/** What a cell that is no such value is called, and what was wanted, in the words of the online doors. */
export const CELL_FAULTS = {
  number: { code: 'number_type', wanted: 'a number' },
  bool: { code: 'bool_type', wanted: 'true or false' },
  string: { code: 'string_type', wanted: 'a string' },
  list: { code: 'list_type', wanted: 'a list' },
} as const satisfies Record<CellType, { code: string; wanted: string }>;

/** How cells of a file reach a profile: what is selected of a column, by the type that it should have. Pure. */
import { identifier } from '../../sql/identifiers.ts';

/** `time` is read as milliseconds since the epoch, `boolean` as `true` and `false`, `other` only as whether it is there. */
export type FileColumnType = 'number' | 'time' | 'boolean' | 'text' | 'other';

export interface FileColumn {
  readonly name: string;
  readonly type: FileColumnType;
  /** Of numbers: whether the file has whole ones alone, by their type or by how they are written. */
  readonly integer?: boolean;
  /** Of a measure of lists: which, of which column. */
  readonly list?: ListMeasure;
}

export interface TableCell {
  /** The value: a number of at most 64 bits that is no BIGINT, UTINYINT or VARCHAR. */
  readonly expression: string;
  readonly kind: 'number' | 'flag' | 'text';
  /** Whether there is a value that is not of the type, or null where that cannot be. */
  readonly misfit: string | null;
}

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|BIGNUM|DECIMAL\(.*\))$/;
const TEMPORAL = /^(?:DATE|TIMESTAMP.*)$/;
const TEXTUAL = /^(?:VARCHAR|UUID|ENUM\(.*\)|TIME.*|INTERVAL|BIT)$/;

const INTEGER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|BIGNUM)$/;

/** Of a type of DuckDB: whether its numbers are whole. */
export const isInteger = (type: string): boolean => INTEGER.test(type);

/** Of a type of DuckDB. */
export function fileColumnType(type: string): FileColumnType {
  if (NUMERIC.test(type)) return 'number';
  if (TEMPORAL.test(type)) return 'time';
  if (type === 'BOOLEAN') return 'boolean';
  return TEXTUAL.test(type) ? 'text' : 'other';
}

/**
 * Whether a text stands for a missing number, time or truth value. A list, because DuckDB makes a hash join of `IN` with as many
 * constants: 6 MB for each column.
 */
const isMissing = (text: string): string =>
  `list_contains(['', 'NA', 'N/A', 'n/a', 'null', 'NULL', 'None', '<NA>', '-'], ${text})`;
/** Characters of a text that are looked at. */
const CHARS_MAX = 1000;

/** The cell of column `name`, of DuckDB's type `found`, as a value of type `wanted`. */
export function tableCell(name: string, found: string, wanted: FileColumnType): TableCell {
  const column = identifier(name);
  const own = fileColumnType(found);
  if (wanted === 'other')
    return { expression: `CASE WHEN ${column} IS NOT NULL THEN 1::UTINYINT END`, kind: 'flag', misfit: null };
  if (wanted === 'text') {
    const text = own === 'text' && found === 'VARCHAR' ? column : `${column}::VARCHAR`;
    const short = `CASE WHEN strlen(${text}) > ${CHARS_MAX} THEN left(${text}, ${CHARS_MAX}) ELSE ${text} END`;
    return { expression: short, kind: 'text', misfit: null };
  }
  const kind = wanted === 'boolean' ? 'flag' : 'number';
  if (own === wanted) return { expression: exact(column, wanted, found), kind, misfit: null };
  if (own === 'boolean' && wanted === 'number')
    return { expression: `${column}::UTINYINT::DOUBLE`, kind, misfit: null };
  const text = `trim(${column}::VARCHAR)`;
  const expression = tried(text, wanted);
  const misfit = `(${column} IS NOT NULL AND (${expression}) IS NULL AND NOT ${isMissing(text)})::UTINYINT`;
  return { expression, kind, misfit };
}

/** Numbers that a double has all of: they come as they are, which takes less memory. */
const NARROW = /^(?:U?(?:TINY|SMALL)INT|U?INTEGER|FLOAT|DOUBLE)$/;

function exact(column: string, type: 'number' | 'time' | 'boolean', found: string): string {
  if (type === 'number') return NARROW.test(found) ? column : `${column}::DOUBLE`;
  return type === 'time' ? `epoch_ms(${column})::DOUBLE` : `${column}::UTINYINT`;
}

function tried(text: string, type: 'number' | 'time' | 'boolean'): string {
  if (type === 'number') return `TRY_CAST(${text} AS DOUBLE)`;
  return type === 'time'
    ? `epoch_ms(TRY_CAST(${text} AS TIMESTAMPTZ))::DOUBLE`
    : `TRY_CAST(${text} AS BOOLEAN)::UTINYINT`;
}

/** Leading zeros are of codes, not of numbers: `00123`. */
const CODE = `'^[+-]?0[0-9]'`;

/**
 * What tells the type of a column of texts: how many values there are, how many of them are numbers, truth values, times and
 * written as whole numbers.
 * An aggregate for each.
 */
export function typeEvidence(name: string): string[] {
  const text = `trim(${identifier(name)})`;
  const there = `FILTER (WHERE NOT ${isMissing(text)})`;
  return [
    `count(${text}) ${there}`,
    `count(TRY_CAST(${text} AS DOUBLE)) FILTER (WHERE NOT regexp_matches(${text}, ${CODE}))`,
    `count(*) FILTER (WHERE lower(${text}) IN ('true', 'false'))`,
    `count(TRY_CAST(${text} AS TIMESTAMPTZ)) ${there}`,
    `count(*) FILTER (WHERE regexp_full_match(${text}, '[+-]?[0-9]+'))`,
  ];
}

/** The type of which all values are. */
export function inferColumnType(evidence: readonly number[]): Pick<FileColumn, 'type' | 'integer'> {
  const [all = 0, numbers = 0, truths = 0, times = 0, integers = 0] = evidence;
  if (all === 0) return { type: 'text' };
  if (numbers === all) return { type: 'number', integer: integers === all };
  if (truths === all) return { type: 'boolean' };
  return { type: times === all ? 'time' : 'text' };
}

/** What is measured of a list. */
export interface ListMeasure {
  /** Name of the column that has the lists. */
  readonly of: string;
  readonly width: number;
  /** By number of the list, or null: its length is measured. */
  readonly against: readonly number[] | null;
  readonly kind: 'norm' | 'distance' | 'direction';
  /** Rows that the mean was made of. */
  readonly rows: number;
}

/** Columns of an input of many files: the same names in each, types that may be widened. Pure. */
import { valueOfKey } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import type { CellType } from '../../../scorer/scorer.ts';
import { parseBooleanText, parseNumberText } from '../../../serving/rows/text-values.ts';
import { identifier, literal } from '../../../sql/identifiers.ts';
import type { FrozenFile, InputColumn, WantedColumns } from './format.ts';

/** Columns of one file at most. */
const COLUMNS_MAX = 100_000;
/** How Hive and Spark write a missing value into the name of a folder. */
const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** From narrow to wide: each can be cast to those after it without loss. */
const CHAINS: readonly (readonly string[])[] = [
  ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'],
  ['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT'],
  ['UTINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'],
  ['USMALLINT', 'INTEGER', 'BIGINT'],
  ['UINTEGER', 'BIGINT', 'HUGEINT'],
  ['UBIGINT', 'HUGEINT'],
  ['TINYINT', 'SMALLINT', 'FLOAT', 'DOUBLE'],
  ['UTINYINT', 'USMALLINT', 'FLOAT'],
  ['SMALLINT', 'INTEGER', 'DOUBLE'],
  ['USMALLINT', 'UINTEGER', 'DOUBLE'],
  // Whole numbers turn to doubles in pandas where one is missing. Those beyond 2^53 are refused where they are met.
  ['BIGINT', 'DOUBLE'],
  ['UBIGINT', 'DOUBLE'],
  ['DATE', 'TIMESTAMP'],
  ['TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP', 'TIMESTAMP_NS'],
];

/** The narrower of what holds both, or null. */
function wider(a: string, b: string): string | null {
  // What has only missing values may be anything.
  if (a === b || b === '"NULL"') return a;
  if (a === '"NULL"') return b;
  const above = (type: string): Set<string> => {
    const found = new Set([type]);
    for (const member of found) {
      for (const chain of CHAINS) {
        const at = chain.indexOf(member);
        if (at >= 0) for (const next of chain.slice(at + 1)) found.add(next);
      }
    }
    return found;
  };
  const [first, second] = [above(a), above(b)];
  const common = [...first].filter((type) => second.has(type));
  return common.find((type) => common.every((other) => above(type).has(other))) ?? null;
}

/**
 * The columns of all files, in the order of the first. Throws INPUT_INVALID, naming file and column, where a file lacks
 * one, has one more, or has a type that does not go with another's.
 */
export class ColumnUnion {
  readonly #loose: boolean;
  #columns: Map<string, string> | null = null;
  #first = '';

  /** `loose`: a file may lack columns that others have. */
  constructor(loose = false) {
    this.#loose = loose;
  }

  add(path: string, columns: readonly InputColumn[]): void {
    checkNames(path, columns);
    if (this.#columns === null) {
      this.#columns = new Map(columns.map(({ name, type }) => [name, type]));
      this.#first = path;
      return;
    }
    const known = this.#columns;
    const names = new Set(columns.map(({ name }) => name));
    const missing = [...known.keys()].find((name) => !names.has(name));
    if (missing !== undefined && !this.#loose)
      throw invalid(path, `it lacks column "${missing}" of ${this.#first}`);
    for (const { name, type } of columns) {
      const before = known.get(name);
      if (before === undefined && !this.#loose) {
        throw invalid(path, `it has column "${name}", which ${this.#first} lacks`);
      }
      const both = before === undefined ? type : wider(before, type);
      if (both === null) throw invalid(path, `column "${name}" is ${type}, in files before it ${before}`);
      known.set(name, both);
    }
  }

  get columns(): InputColumn[] {
    return [...(this.#columns ?? [])].map(([name, type]) => ({ name, type }));
  }
}

/** Names must differ by more than case, as DuckDB and most databases know names. */
function checkNames(path: string, columns: readonly InputColumn[]): void {
  if (columns.length > COLUMNS_MAX)
    throw invalid(path, `it has ${columns.length} columns, the limit is ${COLUMNS_MAX}`);
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const other = seen.get(name.toLowerCase());
    if (other === name) throw invalid(path, `it has two columns "${name}"`);
    if (other !== undefined)
      throw invalid(path, `its columns "${other}" and "${name}" differ in nothing but case`);
    seen.set(name.toLowerCase(), name);
  }
}

const invalid = (path: string, problem: string): PlimsollError =>
  new PlimsollError('INPUT_INVALID', { problem: `${path}: ${problem}` });

/** A column as a file has it: its type, and what to select for it. */
export interface OwnColumn {
  readonly type: string;
  readonly cell: string;
}

/** What to select of a file that has the columns `own`: wanted columns in order, in the types of the whole input. */
export function selectWantedColumns(
  { columns, types }: WantedColumns,
  own: ReadonlyMap<string, OwnColumn>,
  file: FrozenFile,
): string {
  const selected = columns.map(({ name, type }) => {
    if (Object.hasOwn(file.partition, name)) {
      return `${constant(folderCell(file, name, types.get(name)), types.get(name))} AS ${identifier(name)}`;
    }
    const from = own.get(name);
    if (from === undefined) throw invalid(file.path, `it lacks column "${name}"`);
    return `${cast(from.cell, from.type, type, file.path)} AS ${identifier(name)}`;
  });
  return selected.join(', ');
}

/** The value of a folder's name as a cell. Throws INPUT_INVALID where the model takes no such value. */
export function folderCell(
  { partition, path }: FrozenFile,
  name: string,
  type: CellType | undefined,
): string | number | boolean | null {
  const value = valueOfKey(partition, name);
  if (value === HIVE_NULL) return null;
  if (type !== 'number' && type !== 'bool') return value;
  const cell = type === 'number' ? parseNumberText(value) : parseBooleanText(value);
  if (cell !== undefined) return Number.isNaN(cell) ? null : cell;
  const wanted = type === 'number' ? 'a number' : 'true or false';
  throw invalid(path, `expected ${wanted}, got "${value}" in the name of the folder of "${name}"`);
}

function constant(value: string | number | boolean | null, type: CellType | undefined): string {
  const name = type === 'number' ? 'DOUBLE' : type === 'bool' ? 'BOOLEAN' : 'VARCHAR';
  return `CAST(${value === null ? 'NULL' : literal(String(value))} AS ${name})`;
}

function cast(column: string, from: string, to: string, path: string): string {
  if (from === to) return column;
  if (to !== 'DOUBLE' || !/^U?BIGINT$/.test(from)) return `CAST(${column} AS ${to})`;
  const problem = `a whole number beyond 2^53 in a column that other files hold as DOUBLE (${path})`;
  return (
    `CASE WHEN ${column} IS NULL OR TRY_CAST(CAST(${column} AS DOUBLE) AS HUGEINT) = ${column} ` +
    `THEN CAST(${column} AS DOUBLE) ELSE error(${literal(problem)}) END`
  );
}

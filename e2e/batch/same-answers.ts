/** Whether a batch answers what `predict` answers, whatever kind of file the rows come in. */
import { writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC, vectorFromArray } from 'apache-arrow';
import { expect } from 'vitest';
import { identifier, literal } from '../../src/sql/identifiers.ts';
import { plimsoll } from '../cli.ts';
import { type FixtureFile, readFixture } from '../exactness/fixture.ts';
import { Desk } from './desk.ts';

type Cell = string | number | boolean | null;

/** Rows of a model, each with a key before it. */
interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether the model knows the names. */
  readonly isNamed: boolean;
}

export const KINDS = ['csv', 'jsonl', 'parquet', 'arrow'] as const;

/** Scores the rows of a fixture from each kind of file, and compares with `predict`. Answers what could not be compared, and why. */
export async function compare(
  file: FixtureFile,
  kinds: readonly (typeof KINDS)[number][] = KINDS,
): Promise<string | null> {
  const desk = new Desk(file.model);
  try {
    const table = tableOf(readFixture(file).input);
    if (table === null) return 'its rows are no table of one type a column';
    const expected = predicted(desk, table);
    if (expected === null) return '`predict` refuses rows of it';
    for (const kind of kinds) {
      const from = desk.path(`rows.${kind}`);
      await WRITERS[kind](table, from);
      const { said, stderr } = desk.run(`from-${kind}`, from, `from-${kind}.parquet`, '--columns', 'again');
      expect([stderr, said.error?.message], kind).toEqual(['', undefined]);
      expect(said.rows, kind).toMatchObject({ read: table.rows.length, ok: table.rows.length });
      expect(await answersIn(desk.path(`from-${kind}.parquet`)), kind).toEqual(expected);
    }
    return null;
  } finally {
    desk.close();
  }
}

/** Cells that every kind of file has a way to write: CSV tells no empty text from a missing one, JSON has no infinity. */
const isWritable = (cell: Cell): boolean =>
  typeof cell === 'string'
    ? cell !== '' && !cell.includes('\0')
    : typeof cell !== 'number' || Number.isFinite(cell);

/** The rows as a table, a key before and a copy of it behind them; null where a column mixes types. */
function tableOf(input: unknown): Table | null {
  const { dataframe_split: split, instances } = input as {
    dataframe_split?: { columns: string[]; data: Cell[][] };
    instances?: (Cell | Cell[])[];
  };
  const all = (split?.data ?? instances ?? []).map((row) => (Array.isArray(row) ? row : [row]));
  const rows = all.filter((row) => row.every(isWritable));
  const names = split?.columns ?? rows[0]?.map((_, j) => `f${j}`) ?? [];
  const typesOf = (j: number) => new Set(rows.flatMap((row) => (row[j] === null ? [] : typeof row[j])));
  if (names.length === 0 || names.some((_, j) => typesOf(j).size > 1)) return null;
  return {
    names: ['id', ...names, 'again'],
    rows: rows.map((row, i) => [i, ...row, i]),
    isNamed: split !== undefined,
  };
}

/** Of each row, all that `predict` answers, one number or label after the other. */
function predicted(desk: Desk, { names, rows, isNamed }: Table): unknown[][] | null {
  const data = rows.map((row) => row.slice(1, -1));
  const body = isNamed ? { dataframe_split: { columns: names.slice(1, -1), data } } : { instances: data };
  const input = desk.write('rows.json', JSON.stringify(body));
  const words = ['predict', desk.model, '--input', input, '--data', desk.path('data'), '--json'];
  const { status, stdout } = plimsoll(...words);
  if (status !== 0) return null;
  const outputs = Object.values(JSON.parse(stdout).outputs as Record<string, unknown[]>);
  // Shares of several targets are a list of tables.
  const tables = outputs.flatMap((output) => (isTable(output[0]) ? output : [output])) as unknown[][];
  return data.map((_, i) => tables.flatMap((table) => table[i]).map(plain));
}

const isTable = (value: unknown): boolean => Array.isArray(value) && Array.isArray(value[0]);

/** As JSON of the online doors says it: no -0, a missing number is null, an infinite one its name. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'number') return value;
  if (Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value + 0 : String(value);
}

async function answersIn(path: string): Promise<unknown[][]> {
  const rows = await withDuckDB(async (db) =>
    (
      await db.runAndReadAll(`SELECT * EXCLUDE (id, again) FROM ${literal(path)} ORDER BY again::BIGINT`)
    ).getRowsJS(),
  );
  return rows.map((row) => row.map(plain));
}

async function withDuckDB<T>(
  work: (db: Awaited<ReturnType<DuckDBInstance['connect']>>) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  try {
    return await work(db);
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}

const WRITERS: Readonly<Record<(typeof KINDS)[number], (table: Table, path: string) => unknown>> = {
  csv: ({ names, rows }, path) =>
    writeFileSync(path, [names, ...rows].map((row) => `${row.map(csvOf).join(',')}\n`).join('')),
  jsonl: ({ names, rows }, path) =>
    writeFileSync(
      path,
      rows
        .map((row) => `{${names.map((name, j) => `${JSON.stringify(name)}:${jsonOf(row[j]!)}`).join(',')}}\n`)
        .join(''),
    ),
  parquet: ({ names, rows }, path) =>
    withDuckDB(async (db) => {
      const columns = names.map(
        (name, j) => `c${j}::${typeOf(rows.map((row) => row[j]!))} AS ${identifier(name)}`,
      );
      const values = rows.map((row) => `(${row.map(sqlOf).join(', ')})`).join(', ');
      await db.run(
        `COPY (SELECT ${columns} FROM (VALUES ${values}) t(${names.map((_, j) => `c${j}`)})) TO ${literal(path)} (FORMAT parquet)`,
      );
    }),
  arrow: ({ names, rows }, path) => {
    const vectors = names.map((name, j) => [name, vectorFromArray(rows.map((row) => row[j]))]);
    writeFileSync(path, tableToIPC(tableFromArrays(Object.fromEntries(vectors)), 'file'));
  },
};

const typeOf = (cells: readonly Cell[]): string =>
  ({ string: 'VARCHAR', boolean: 'BOOLEAN' })[typeof cells.find((cell) => cell !== null) as string] ??
  'DOUBLE';

const csvOf = (cell: Cell): string =>
  cell === null ? '' : typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : jsonOf(cell);

/** With its sign, which JSON.stringify drops of a zero. */
const jsonOf = (cell: Cell): string => (Object.is(cell, -0) ? '-0.0' : JSON.stringify(cell));

const sqlOf = (cell: Cell): string =>
  typeof cell === 'number'
    ? `'${jsonOf(cell)}'::DOUBLE`
    : typeof cell === 'string'
      ? literal(cell)
      : String(cell);

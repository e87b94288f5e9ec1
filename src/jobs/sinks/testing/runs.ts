/** Runs of a made-up job for tests of sinks: rows that are hard to write, the same wherever they are made. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBColumn } from '../../../duckdb/copy.ts';
import { literal } from '../../../sql/identifiers.ts';
import type { ChunkTotals } from '../../chunk.ts';
import type { JobSpec, SinkSpec } from '../../spec/spec.ts';
import type { SinkRun } from '../sink.ts';

const CHUNK_ROWS = 50;

export const COLUMNS: readonly DuckDBColumn[] = [
  { name: 'id', type: 'BIGINT' },
  { name: 'a "name", with, trouble', type: 'VARCHAR' },
  { name: 'amount', type: 'DECIMAL(18,4)' },
  { name: 'flag', type: 'BOOLEAN' },
  { name: 'predict', type: 'DOUBLE' },
];

const TEXTS: readonly (string | null)[] = [
  'plain',
  'comma, "quotes" and \'more\'',
  'line\nbreak\r\nand another',
  '',
  null,
  'ünïcode ✓ 𝄞',
  '\\.',
  'a\n\\.\nb',
  '\\N',
  ' lead and trail ',
  'NULL',
];
const NUMBERS: readonly number[] = [
  0.1,
  1e-7,
  1 / 3,
  Number.NaN,
  Infinity,
  -Infinity,
  5e-324,
  1.5e300,
  -2,
  4,
];

/** A row as any reader should find it; numbers as JavaScript writes them. */
export interface Row {
  readonly id: string;
  readonly text: string | null;
  readonly amount: string;
  readonly flag: boolean | null;
  readonly predict: string;
}

/** Keys beyond what a double holds. */
const keyOf = (i: number): string => String(9_007_199_254_740_993n + BigInt(i));

const rowAt = (i: number): Row => ({
  id: keyOf(i),
  text: TEXTS[i % TEXTS.length]!,
  amount: `${i}.${String(i % 10_000).padStart(4, '0')}`,
  flag: [true, false, null][i % 3]!,
  predict: String(NUMBERS[i % NUMBERS.length]),
});

/** The rows of a chunk. */
export const sinkRowsOf = (chunk: number, rows = CHUNK_ROWS): readonly Row[] =>
  Array.from({ length: rows }, (_, i) => rowAt(chunk * CHUNK_ROWS + i));

/** The same rows as SQL. */
export function selectOf(chunk: number, rows = CHUNK_ROWS): string {
  const names = COLUMNS.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join(', ');
  const types = COLUMNS.map(({ type }, j) => `CAST(c${j} AS ${type})`).join(', ');
  const values = sinkRowsOf(chunk, rows).map(
    ({ id, text, amount, flag, predict }) =>
      `(${literal(id)}, ${text === null ? 'NULL' : literal(text)}, ${literal(amount)}, ${flag}, ${literal(predict)})`,
  );
  const from =
    values.length > 0
      ? `(VALUES ${values.join(', ')}) AS v(c0, c1, c2, c3, c4)`
      : `(SELECT NULL AS c0, NULL AS c1, NULL AS c2, NULL AS c3, NULL AS c4 WHERE false)`;
  return `SELECT * FROM (SELECT ${types} FROM ${from}) AS t(${names})`;
}

export const accountOf = (chunk: number, rows = CHUNK_ROWS): ChunkTotals => ({
  chunk,
  counts: { read: rows, ok: rows, rejected: 0, failed: 0, skipped: 0 },
  keys: '',
  part: null,
  distributions: null,
  seconds: { read: 0, score: 0, write: 0 },
});

interface RunOptions extends Partial<SinkSpec> {
  readonly run?: string;
  readonly fence?: number;
  readonly folder?: string;
  readonly columns?: readonly DuckDBColumn[];
}

/** A run of a job that writes to `uri`. */
export function runOf(uri: string, options: RunOptions = {}): SinkRun {
  const { run = 'run-1', fence = 1, folder, columns = COLUMNS, ...sink } = options;
  const spec: JobSpec = {
    job: 'nightly',
    model: 'm',
    source: { uri: 'in.parquet', format: null },
    key: 'id',
    columns: [],
    features: null,
    sink: { uri, format: null, mode: 'append', publish: 'whole', stamps: [], ...sink },
    options: {
      chunkRows: CHUNK_ROWS,
      lanes: 2,
      budget: { rows: null, share: null },
      duplicates: 'fail',
      holdDistance: null,
      holdRows: null,
      hourlyCost: null,
    },
  };
  return { spec, run, fence, columns, folder: folder ?? temporaryFolder(), secrets: {} };
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'plimsoll-sink-'));

/** A worker's DuckDB. */
export async function laneDatabase(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  return instance.connect();
}

/** Batch runs over tables of two sizes, by the path that jobs take. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../../core/record.ts';
import { withDuckDB } from '../../../duckdb/open.ts';
import type { Signature } from '../../../model/signature.ts';
import { runProgram } from '../../../process/run-program.ts';
import type { BatchCost } from '../model-cost.ts';
import { notMeasured, ownPlace } from './subject.ts';
import { variedRows } from './varied-rows.ts';

/** Rows that are different from each other; a table repeats them. */
const DISTINCT = 1000;
/** Seconds that the larger table is to take, and its bounds in rows. */
const SECONDS = 2;
const [LEAST_ROWS, MOST_ROWS] = [4000, 400_000];
/** How many times the rows of the smaller table the larger one has. */
const GROWTH = 8;
/** Microseconds of reading and writing a row beside its score, to choose sizes by. */
const AROUND_MICROS = 3;
const KEY = 'row_key';
const LIMIT_MILLIS = 300_000;
const OUTPUT_BYTES = 4 << 20;

export interface BatchSubject {
  readonly plimsoll: readonly string[];
  /** Data folder with the version, and its name. */
  readonly folder: string;
  readonly name: string;
  readonly signature: Signature;
  readonly example: unknown;
  readonly rowMicros: number;
}

export interface BatchTiming {
  readonly rows: number;
  readonly seconds: number;
  /** Microseconds of processors of all its processes. */
  readonly micros: number;
}

/** Rows of the two tables that a model is measured with. */
export function batchSizes(rowMicros: number): readonly [number, number] {
  const rows = (SECONDS * 1e6) / (rowMicros + AROUND_MICROS);
  const large = Math.round(Math.min(MOST_ROWS, Math.max(LEAST_ROWS, rows)));
  return [Math.round(large / GROWTH), large];
}

/** What a run costs: by a small and a large table in one lane, and the large one in two. Throws MODEL_NOT_MEASURED. */
export async function measureBatch(subject: BatchSubject, memory: number): Promise<BatchCost> {
  const [smallRows, largeRows] = batchSizes(subject.rowMicros);
  const small = await timeBatch(subject, { rows: smallRows, lanes: 1 });
  const large = await timeBatch(subject, { rows: largeRows, lanes: 1 });
  const twice = await timeBatch(subject, { rows: largeRows, lanes: 2, chunkRows: Math.ceil(largeRows / 2) });
  const between = largeRows - smallRows;
  const lane = Math.max(0, (1e6 * (large.seconds - small.seconds)) / between);
  return {
    start: Math.max(0, 1000 * small.seconds - (lane * smallRows) / 1000),
    row: Math.max(0, (large.micros - small.micros) / between),
    lane,
    laneStart: Math.max(0, twice.micros - large.micros),
    memory,
  };
}

interface BatchSize {
  readonly rows: number;
  readonly lanes: number;
  /** @default as jobs have it */
  readonly chunkRows?: number;
}

/** Scores a table with so many lanes. Throws MODEL_NOT_MEASURED. */
export async function timeBatch(
  subject: BatchSubject,
  { rows, lanes, chunkRows }: BatchSize,
): Promise<BatchTiming> {
  const { plimsoll, folder, name } = subject;
  const input = join(folder, `rows-${rows}.parquet`);
  await writeTable(subject, rows, input);
  const output = join(folder, `scored-${rows}.parquet`);
  const [program, ...args] = plimsoll;
  const ofRun = ['--input', input, '--output', output, '--key', KEY, '--lanes', String(lanes)];
  if (chunkRows !== undefined) ofRun.push('--chunk-rows', String(chunkRows));
  const before = await childrenMicros();
  const began = performance.now();
  const result = await runProgram(
    program!,
    [
      ...args,
      'batch',
      'run',
      '--model',
      name,
      '--data',
      folder,
      '--job',
      `measure-${rows}-${began}`,
      ...ofRun,
      '--json',
      '--quiet',
    ],
    { ...ownPlace(folder), limitMillis: LIMIT_MILLIS, maxOutputBytes: OUTPUT_BYTES, ownsGroup: true },
  );
  if (result.status !== 0) throw notMeasured(`its batch run ended: ${result.stderr.trim().slice(0, 300)}`);
  return { rows, seconds: (performance.now() - began) / 1000, micros: (await childrenMicros()) - before };
}

/** Microseconds of all processes that this one has waited for (proc(5), `stat`: cutime and cstime, in hundredths of a second). */
async function childrenMicros(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10_000;
}

/** A table like the example, with a column of keys. */
async function writeTable(
  { example, signature, folder }: BatchSubject,
  rows: number,
  path: string,
): Promise<void> {
  const lines = join(folder, 'rows.jsonl');
  const names = signature.form === 'tensors' ? [] : signature.columns.map(({ name }) => name);
  const records = variedRows(example, DISTINCT).map((row) => JSON.stringify(recordOfRow(row, names)));
  await writeFile(lines, records.join('\n'));
  const copies = Math.ceil(rows / DISTINCT);
  await withDuckDB({ memoryLimit: '512MB' }, (db) =>
    db.run(
      `COPY (SELECT (row_number() OVER ())::VARCHAR AS ${KEY}, r.* FROM range(${copies}) AS k, read_json('${lines}') AS r LIMIT ${rows}) TO '${path}' (FORMAT parquet)`,
    ),
  );
}

/** A row as a table has it: by the names of its columns. */
function recordOfRow(row: unknown, names: readonly string[]): unknown {
  if (isRecord(row)) return row;
  const cells = Array.isArray(row) ? row : [row];
  return Object.fromEntries(cells.map((cell, at) => [names[at] ?? `x${at}`, cell]));
}

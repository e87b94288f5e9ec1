/** The Spark engine beside a plan of Spark that does the same without a model: what a model costs on top of Spark itself. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { median } from '../median.ts';
import { PYTHON, prepare, ROOT, WORK } from './batch.ts';

export interface SparkBenchOptions {
  readonly rounds: number;
  readonly rows: number;
}

/** In seconds, of the same plans: without a model, and with it. */
interface Pair<T> {
  readonly idle: T;
  readonly engine: T;
}

interface Said {
  /** Rows that have come out with an answer. */
  readonly rows: Pair<number>;
  /** Until Spark is there. */
  readonly session: number;
  /** Of the first runs, which start Python and the scorer. */
  readonly first: Pair<number>;
  /** A round each. */
  readonly seconds: Pair<readonly number[]>;
  readonly cpu: Pair<readonly number[]>;
}

/** Prints the table, and writes it to `bench/results/spark.json`. */
export function spark({ rounds, rows }: SparkBenchOptions): void {
  const said = measure(packaged(prepare(rows)), rounds);
  for (const count of Object.values(said.rows))
    if (count !== rows) throw new Error(`${count} rows came out, there are ${rows}`);
  const result = { rows, rounds, cpu: cpus()[0]?.model, said };
  writeFileSync(join(ROOT, 'bench/results/spark.json'), `${JSON.stringify(result, null, 2)}\n`);
  report(rows, said);
}

/** The job as `package spark` writes it. */
function packaged(input: string): string {
  const project = join(WORK, 'spark');
  rmSync(project, { recursive: true, force: true });
  const command = [join(ROOT, 'bin/plimsoll.js'), 'package', 'spark', join(WORK, 'forest.joblib')];
  const options = ['--input', input, '--key', 'id', '--output', project, '--data', join(WORK, 'data')];
  asked(process.execPath, [...command, ...options]);
  return project;
}

function measure(project: string, rounds: number): Said {
  const output = join(WORK, 'spark-out');
  mkdirSync(output, { recursive: true });
  const script = join(import.meta.dirname, 'peers/spark_engine.py');
  const said = asked(PYTHON, [script, project, output, String(rounds)]);
  return JSON.parse(said.trim().split('\n').at(-1)!) as Said;
}

function asked(program: string, args: readonly string[]): string {
  const env = { ...process.env, PLIMSOLL_NODE: process.execPath };
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

function report(rows: number, { session, first, seconds, cpu }: Said): void {
  console.log(
    `\n${rows.toLocaleString('en')} rows × 30 columns, forest of 100 trees, local[2], Parquet → Parquet`,
  );
  console.log(`Spark itself was there after ${session.toFixed(1)} s.\n`);
  console.log('| | first s | s | processor s | times idle | times idle, processor |');
  console.log('|---|---|---|---|---|---|');
  for (const name of ['idle', 'engine'] as const) {
    const [wall, used] = [median(seconds[name]), median(cpu[name])];
    const ratios = [wall / median(seconds.idle), used / median(cpu.idle)].map((one) => `${one.toFixed(2)} ×`);
    const cells = [first[name].toFixed(1), wall.toFixed(2), used.toFixed(2), ...ratios];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

/**
 * Parquet in, Parquet out, with a forest of 100 trees: this program beside pandas + joblib, a loop over onnxruntime, and
 * PySpark, in turns, on the same cores. Whole processes are timed, start and imports included.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { median } from '../median.ts';

const HERE = import.meta.dirname;
export const ROOT = join(HERE, '../..');
export const WORK = join(ROOT, 'node_modules/.cache/bench-batch');
export const PYTHON = join(WORK, 'venv/bin/python');
const MEBI = 2 ** 20;

export interface BatchBenchOptions {
  readonly rounds: number;
  readonly rows: number;
}

interface Timed {
  /** Whole process, in seconds. */
  readonly wall: number;
  /** Processor time, in seconds. */
  readonly cpu: number;
  /** As the peer itself says, without start and imports; null where it says nothing. */
  readonly inside: number | null;
  /** Largest resident size of one process, in bytes. */
  readonly peak: number;
}

interface Peer {
  readonly name: string;
  /** Cores that it may use, as `taskset` takes them. */
  readonly cores: string;
  readonly command: (rows: string, output: string) => readonly string[];
}

const python = (script: string, ...more: string[]) => [PYTHON, join(HERE, 'peers', script), ...more];
const data = join(WORK, 'data');
const plimsoll = (lanes: number) => (rows: string, output: string) => [
  ...[process.execPath, join(ROOT, 'bin/plimsoll.js'), 'batch', 'run', '--data', data, '--json'],
  ...['--model', join(WORK, 'forest.joblib'), '--input', rows, '--output', output, '--key', 'id'],
  ...['--lanes', String(lanes), '--again', '--job', `bench-${lanes}`],
];

const PEERS: readonly Peer[] = [
  { name: 'plimsoll, 1 core', cores: '0', command: plimsoll(1) },
  {
    name: 'pandas + joblib, 1 core',
    cores: '0',
    command: (rows, output) => python('pandas_joblib.py', join(WORK, 'forest.joblib'), rows, output),
  },
  {
    name: 'onnxruntime loop, 1 core',
    cores: '0',
    command: (rows, output) => python('onnxruntime_loop.py', join(WORK, 'forest.onnx'), rows, output, '1'),
  },
  { name: 'plimsoll, 2 cores', cores: '0,1', command: plimsoll(2) },
  {
    name: 'onnxruntime loop, 2 cores',
    cores: '0,1',
    command: (rows, output) => python('onnxruntime_loop.py', join(WORK, 'forest.onnx'), rows, output, '2'),
  },
  {
    name: 'PySpark mapInPandas + joblib, 2 cores',
    cores: '0,1',
    command: (rows, output) => python('spark_pandas.py', join(WORK, 'forest.joblib'), rows, output),
  },
];

/** Prints the table, and writes it to `bench/results/batch.json`. */
export function batch({ rounds, rows }: BatchBenchOptions): void {
  const input = prepare(rows);
  const times = new Map(PEERS.map(({ name }) => [name, [] as Timed[]]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of PEERS) {
      const output = join(WORK, `out-${peer.name.replaceAll(/\W+/g, '-')}.parquet`);
      rmSync(output, { recursive: true, force: true });
      const timed = time(peer, input, output);
      times.get(peer.name)!.push(timed);
      console.error(`round ${round + 1}, ${peer.name}: ${timed.wall.toFixed(2)} s`);
    }
  }
  const table = PEERS.map(({ name }) => ({ name, ...medians(times.get(name)!) }));
  const result = { rows, rounds, cpu: cpus()[0]?.model, table };
  writeFileSync(join(ROOT, 'bench/results/batch.json'), `${JSON.stringify(result, null, 2)}\n`);
  report(rows, table);
}

/** Makes Python, the models and as many rows; answers the path of the rows. */
export function prepare(rows: number): string {
  mkdirSync(WORK, { recursive: true });
  if (!existsSync(PYTHON)) {
    run('uv', 'venv', '--quiet', '--python', '>=3.11', join(WORK, 'venv'));
    run(
      'uv',
      'pip',
      'install',
      '--quiet',
      '--python',
      PYTHON,
      '--requirements',
      join(HERE, 'requirements.txt'),
    );
  }
  const input = join(WORK, `rows-${rows}.parquet`);
  if (!existsSync(input)) run(PYTHON, join(HERE, 'prepare.py'), WORK, String(rows));
  run(process.execPath, join(ROOT, 'tools/build.ts'));
  return input;
}

/** GNU time says what the process and those that it waited for have used. */
function time({ cores, command, name }: Peer, input: string, output: string): Timed {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(
    'taskset',
    ['-c', cores, '/usr/bin/time', '-f', 'used %U %S %M', ...command(input, output)],
    { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' }, maxBuffer: 64 * MEBI },
  );
  const wall = (performance.now() - started) / 1000;
  if (status !== 0 || !existsSync(output)) throw new Error(`${name} failed: ${stderr}`);
  const [, user, system, peak] = /used ([\d.]+) ([\d.]+) (\d+)\s*$/.exec(stderr) ?? [];
  const said = JSON.parse(stdout.trim().split('\n').at(-1)!) as { seconds?: number };
  return {
    wall,
    cpu: Number(user) + Number(system),
    inside: said.seconds ?? null,
    peak: Number(peak) * 1024,
  };
}

function medians(times: readonly Timed[]): Timed {
  const inside = times.flatMap((one) => one.inside ?? []);
  return {
    wall: median(times.map(({ wall }) => wall)),
    cpu: median(times.map(({ cpu }) => cpu)),
    inside: inside.length === 0 ? null : median(inside),
    peak: median(times.map(({ peak }) => peak)),
  };
}

function report(rows: number, table: readonly (Timed & { readonly name: string })[]): void {
  const first = table[0]!;
  console.log(`\n${rows.toLocaleString('en')} rows × 30 columns, forest of 100 trees, Parquet → Parquet\n`);
  console.log('| | whole process s | inside s | processor s | rows/s | times plimsoll | peak MB |');
  console.log('|---|---|---|---|---|---|---|');
  for (const { name, wall, inside, cpu, peak } of table) {
    const own = name.endsWith('2 cores') ? table.find((row) => row.name === 'plimsoll, 2 cores')! : first;
    const cells = [
      wall.toFixed(2),
      inside?.toFixed(2) ?? '',
      cpu.toFixed(2),
      Math.round(rows / wall).toLocaleString('en'),
      `${(wall / own.wall).toFixed(2)} ×`,
      String(Math.round(peak / MEBI)),
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

function run(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
}

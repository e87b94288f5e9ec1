import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../median.ts';
import { ROOT } from '../serving/peers.ts';
import { PYTHON, run, WIDTH, WORK } from './prepare.ts';

const HERE = import.meta.dirname;

interface BatchCase {
  readonly library: 'xgboost' | 'lightgbm' | 'catboost';
  readonly model: string;
  readonly rows: 'numeric' | 'coded';
}

export const BATCH_CASES: Readonly<Record<string, BatchCase>> = {
  xgboost: { library: 'xgboost', model: 'xgboost.ubj', rows: 'numeric' },
  lightgbm: { library: 'lightgbm', model: 'lightgbm.txt', rows: 'numeric' },
  'lightgbm-categories': { library: 'lightgbm', model: 'lightgbm-categories.txt', rows: 'coded' },
  catboost: { library: 'catboost', model: 'catboost.cbm', rows: 'numeric' },
};

/** Seconds: of the wall, and of the processor. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

export interface BatchResult {
  readonly case: string;
  readonly threads: number;
  /** `engine`: rows in memory; `parquet`: whole processes, from Parquet to Parquet. */
  readonly path: 'engine' | 'parquet';
  /** How the library was given the rows. */
  readonly form: string;
  readonly rows: number;
  readonly ours: Spent;
  readonly theirs: Spent;
  /** Theirs by ours. */
  readonly ratio: Spent;
  /** Rows whose raw scores are not the library's to the bit. */
  readonly differing: number;
}

/** One model, with so many threads on as many cores, `rounds` times in turns. */
export function batchCase(name: string, threads: number, rows: number, rounds: number): BatchResult[] {
  const given = BATCH_CASES[name];
  if (given === undefined)
    throw new Error(`no case ${name}: there are ${Object.keys(BATCH_CASES).join(', ')}`);
  const pin = (command: readonly string[]): string =>
    run('taskset', ['-c', threads === 1 ? '0' : `0-${threads - 1}`, ...command]);
  const result = (path: BatchResult['path'], form: string, pairs: readonly Pair[], differing: number) => ({
    ...{ case: name, threads, path, form, rows },
    ours: medianOf(pairs.map(({ ours }) => ours)),
    theirs: medianOf(pairs.map(({ theirs }) => theirs)),
    ratio: {
      wall: median(pairs.map(({ ours, theirs }) => theirs.wall / ours.wall)),
      cpu: median(pairs.map(({ ours, theirs }) => theirs.cpu / ours.cpu)),
    },
    differing,
  });
  const engine = engineRounds(given, threads, rows, rounds, pin);
  const parquet = parquetRounds(given, threads, rows, rounds, pin);
  return [
    ...engine.forms.map(([form, pairs]) => result('engine', form, pairs, engine.differing)),
    result('parquet', 'array', parquet.pairs, parquet.differing),
  ];
}

interface Pair {
  readonly ours: Spent;
  readonly theirs: Spent;
}

type Pin = (command: readonly string[]) => string;

function engineRounds(
  { library, model, rows }: BatchCase,
  threads: number,
  count: number,
  rounds: number,
  pin: Pin,
): { forms: [string, Pair[]][]; differing: number } {
  const [ours, theirs] = [join(WORK, 'ours.f64'), join(WORK, 'theirs.f64')];
  const path = join(WORK, model);
  const more = [join(WORK, `${rows}-${count}.f32`), String(WIDTH), String(threads)];
  const forms = new Map<string, Pair[]>();
  for (let round = 0; round < rounds; round++) {
    const own = timesOf(pin([process.execPath, join(HERE, 'engine.ts'), path, ...more, ours]));
    const other = timesOf(pin([PYTHON, join(HERE, 'peers/engine.py'), library, path, ...more, theirs]));
    const block = own['block'];
    if (block === undefined) throw new Error('the engine told no time');
    for (const [form, spent] of Object.entries(other))
      forms.set(form, [...(forms.get(form) ?? []), { ours: block, theirs: spent }]);
  }
  return { forms: [...forms], differing: differingNumbers(ours, theirs) };
}

const timesOf = (printed: string): Record<string, Spent> =>
  JSON.parse(printed.split('\n').at(-1) ?? '') as Record<string, Spent>;

/** Float64 of two files whose bits differ. */
function differingNumbers(one: string, other: string): number {
  const [a, b] = [one, other].map((path) => new BigUint64Array(new Uint8Array(readFileSync(path)).buffer));
  if (a?.length !== b?.length) throw new Error('the engine and the library answered other numbers of rows');
  return a?.reduce((count, bits, i) => count + Number(bits !== b?.[i]), 0) ?? 0;
}

function parquetRounds(
  { library, model, rows }: BatchCase,
  threads: number,
  count: number,
  rounds: number,
  pin: Pin,
): { pairs: Pair[]; differing: number } {
  const path = join(WORK, model);
  const [input, ours, theirs] = [`${rows}-${count}`, 'ours', 'theirs'].map((name) =>
    join(WORK, `${name}.parquet`),
  ) as [string, string, string];
  const plimsoll = [
    ...[process.execPath, join(ROOT, 'bin/plimsoll.js'), 'batch', 'run', '--data', join(WORK, 'data')],
    ...['--json', '--model', path, '--input', input, '--output', ours, '--key', 'id', '--again'],
    ...['--lanes', String(threads), '--job', `bench-${threads}`],
  ];
  const peer = [PYTHON, join(HERE, 'peers/batch.py'), library, path, input, theirs, String(threads)];
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    rmSync(ours, { force: true });
    pairs.push({ ours: timeProcess(pin, plimsoll), theirs: timeProcess(pin, peer) });
  }
  return { pairs, differing: Number(run(PYTHON, [join(HERE, 'peers/compare.py'), ours, theirs])) };
}

/** GNU time says what a process and those that it waited for have used. */
function timeProcess(pin: Pin, command: readonly string[]): Spent {
  const used = join(WORK, 'used.txt');
  pin(['/usr/bin/time', '-o', used, '-f', '%e %U %S', ...command]);
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = readFileSync(used, 'utf8')
    .split(' ')
    .map(Number);
  return { wall, cpu: user + system };
}

const medianOf = (spent: readonly Spent[]): Spent => ({
  wall: median(spent.map(({ wall }) => wall)),
  cpu: median(spent.map(({ cpu }) => cpu)),
});

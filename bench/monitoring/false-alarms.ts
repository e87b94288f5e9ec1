/**
 * How often drift is told where there is none: the defaults of other tools beside ours, on the same rows, in one run. Each
 * repetition draws a reference and a window from one distribution; every alarm is false.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/core/ports.ts';
import { seededRandom } from '../../src/core/random.ts';
import { DRIFT_DEFAULTS } from '../../src/monitor/drift/drift-finding.ts';
import { DriftWatch } from '../../src/monitor/drift/drift-watch.ts';
import { gaussian } from '../../src/monitor/drift/testing/features.ts';
import { BinCounter } from '../../src/monitor/reference/bin-counter.ts';
import { buildProfile } from '../../src/monitor/reference/build-profile.ts';
import type { ValueColumn } from '../../src/monitor/reference/reference-profile.ts';
import { preparePython, run } from '../../tools/python-environment.ts';
import { ROOT, WORK } from '../serving/peers.ts';

const SEED = 20_261_126;
/** Rows of a look. */
const BLOCK = 64;

type Draw = (random: Random) => number;

const zipf = (kinds: number): Draw => {
  const ends = Array.from({ length: kinds }, (_, k) => 1 / (k + 1));
  for (let k = 1; k < kinds; k++) ends[k]! += ends[k - 1]!;
  return (random) => {
    const at = random.next() * ends.at(-1)!;
    return ends.findIndex((end) => at < end);
  };
};

const DRAWS: Readonly<Record<string, Draw>> = {
  'N(0,1)': gaussian,
  'lognormal(2)': (random) => Math.exp(2 * gaussian(random)),
  'Pareto(1.5)': (random) => (1 - random.next()) ** (-1 / 1.5),
  'U(0,1)': (random) => random.next(),
  'Bernoulli(0.1)': (random) => (random.next() < 0.1 ? 1 : 0),
  'Zipf 10': zipf(10),
  'Zipf 50': zipf(50),
  'Zipf 200': zipf(200),
  'a 0.1 % category': (random) => (random.next() < 0.001 ? 1 : 0),
};

/** One row of the table: a rule of another tool, and what it is given. */
interface Cell {
  readonly rule: string;
  readonly draw: string;
  readonly type: 'number' | 'category';
  readonly reference: number;
  readonly window: number;
  readonly columns: number;
}

const cell = (
  rule: string,
  draw: string,
  reference: number,
  windows: readonly number[],
  columns = 1,
): Cell[] =>
  windows.map((window) => ({
    rule,
    draw,
    type: draw.startsWith('Zipf') || draw.startsWith('a ') ? 'category' : 'number',
    reference,
    window,
    columns,
  }));

const CELLS: readonly Cell[] = [
  ...cell('evidently default', 'N(0,1)', 5000, [100, 500, 1000, 5000]),
  ...cell('evidently default', 'lognormal(2)', 5000, [500, 1000, 5000]),
  ...cell('evidently default', 'Pareto(1.5)', 5000, [500, 1000, 5000]),
  ...cell('evidently default', 'Zipf 10', 5000, [100]),
  ...cell('evidently default', 'Zipf 50', 5000, [500]),
  ...cell('evidently default', 'Zipf 200', 5000, [1000, 5000]),
  ...cell('evidently psi', 'N(0,1)', 5000, [100, 500]),
  ...cell('evidently default', 'N(0,1)', 1000, [1000], 20),
  ...cell('evidently chi2 p = 0', 'a 0.1 % category', 1000, [1000]),
  ...['jensen_shannon', 'kolmogorov_smirnov', 'wasserstein'].flatMap((method) =>
    cell(`nannyml ${method}`, 'N(0,1)', 5000, [500, 100, 50, 2000]),
  ),
  ...['KSWIN', 'PageHinkley', 'ADWIN'].flatMap((method) => cell(`river ${method}`, 'N(0,1)', 2000, [10_000])),
  ...cell('river ADWIN', 'lognormal(2)', 2000, [10_000]),
  ...cell('river DDM', 'Bernoulli(0.1)', 2000, [10_000]),
];

/** What a cell is repeated with: `repetitions` × (reference + window) × columns float64, one after the other. */
interface Written {
  readonly cell: Cell;
  readonly path: string;
  readonly repetitions: number;
  readonly data: Float64Array;
}

export function falseAlarms({ repetitions }: { repetitions: number }): void {
  const folder = join(WORK, 'false-alarms');
  mkdirSync(folder, { recursive: true });
  const written = CELLS.map((one, i) => write(one, join(folder, `${i}.f64`), repetitions, SEED + i));
  const plan = written.map(({ cell: one, path, repetitions: times }) => ({
    ...one,
    path,
    repetitions: times,
  }));
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  const lock = join(ROOT, 'tools/interop-monitoring/requirements.txt');
  const python = preparePython('interop-monitoring', lock, 'evidently, nannyml, river');
  run(python, ['-W', 'ignore', join(import.meta.dirname, 'false_alarms.py'), folder]);
  const theirs = JSON.parse(readFileSync(join(folder, 'rates.json'), 'utf8')) as readonly number[];
  const results = written.map((one, i) => ({
    rule: one.cell.rule,
    draw: one.cell.draw,
    reference: one.cell.reference,
    window: one.cell.window,
    columns: one.cell.columns,
    repetitions: one.repetitions,
    theirs: theirs[i]!,
    ...ours(one),
  }));
  console.table(results);
  const alarms = results.reduce((sum, { alarms: found }) => sum + found, 0);
  const rows = results.reduce((sum, { rows: seen }) => sum + seen, 0);
  console.log(
    `Plimsoll: ${alarms} false alarms in ${rows} rows; the budget accepts ${(rows / 1e5).toFixed(1)}`,
  );
  const path = join(ROOT, 'bench/results/false-alarms.json');
  writeFileSync(
    path,
    `${JSON.stringify({ seed: SEED, budget: DRIFT_DEFAULTS.falseAlarms, alarms, rows, results }, null, 2)}\n`,
  );
}

/** Large windows are repeated less often; every cell has at least 20 repetitions. */
function write(one: Cell, path: string, most: number, seed: number): Written {
  const values = (one.reference + one.window) * one.columns;
  const repetitions = Math.max(20, Math.min(most, Math.floor(3e6 / values)));
  const random = seededRandom(seed);
  const draw = DRAWS[one.draw]!;
  const data = Float64Array.from({ length: repetitions * values }, () => draw(random));
  writeFileSync(path, new Uint8Array(data.buffer));
  return { cell: one, path, repetitions, data };
}

/** Windows in which our rule told anything at all, and all that it told. */
function ours({ cell: one, repetitions, data }: Written) {
  let windows = 0;
  let alarms = 0;
  let at = 0;
  const take = (rows: number): ValueColumn => {
    const values = data.subarray(at, at + rows);
    at += rows;
    return one.type === 'number'
      ? { kind: 'number', values: values.slice(), nulls: null }
      : { kind: 'category', values: Array.from(values, (value) => `c${value}`) };
  };
  for (let k = 0; k < repetitions; k++) {
    const columns = Array.from({ length: one.columns }, (_, j) => ({
      name: `x${j}`,
      column: take(one.reference),
      window: take(one.window),
    }));
    const profile = buildProfile(columns, { source: 'file' });
    const watch = new DriftWatch(profile);
    const binned = new BinCounter(profile).bin(
      one.window,
      columns.map(({ window }) => window),
    );
    let found = 0;
    for (let row = 0; row < one.window; row += BLOCK)
      found += watch
        .add(binned.counts(row, Math.min(row + BLOCK, one.window)))
        .filter(({ what }) => what === 'began').length;
    alarms += found;
    windows += Number(found > 0);
  }
  return { ours: windows / repetitions, alarms, rows: repetitions * one.window };
}

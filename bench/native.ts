/** Microseconds of processor time a row inside the native engine: `npm run bench -- native`, or `node bench/native.ts [CASE…]`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNativeEngine } from '../src/engine/native/engine.ts';
import { readModelFile } from '../src/files/read-model.ts';
import type { Batch } from '../src/model/batch.ts';

/** Where the trained models are. */
export const WORK = join(import.meta.dirname, '../.cache/bench-native');
/** Each figure is the best of this many rounds of at least this long. */
const ROUNDS = 7;
const ROUND_MILLIS = 150;

type ModelName = 'forest' | 'deep' | 'hgb' | 'logistic' | 'text';

interface Case {
  readonly model: ModelName;
  readonly rows: number;
  /** Micros a row that this case must not exceed. */
  readonly budget: number;
}

const CASES: Readonly<Record<string, Case>> = {
  'forest-single': { model: 'forest', rows: 1, budget: 2.5 },
  'forest-1k': { model: 'forest', rows: 1_000, budget: 1.7 },
  'forest-100k': { model: 'forest', rows: 100_000, budget: 0.6 },
  'deep-forest-single': { model: 'deep', rows: 1, budget: 15 },
  'deep-forest-1k': { model: 'deep', rows: 1_000, budget: 10 },
  'deep-forest-8k': { model: 'deep', rows: 8_192, budget: 5 },
  'hgb-single': { model: 'hgb', rows: 1, budget: 5 },
  'hgb-1k': { model: 'hgb', rows: 1_000, budget: 4 },
  'hgb-8k': { model: 'hgb', rows: 8_192, budget: 1.2 },
  'logistic-single': { model: 'logistic', rows: 1, budget: 0.5 },
  'logistic-1k': { model: 'logistic', rows: 1_000, budget: 0.2 },
  'text-single': { model: 'text', rows: 1, budget: 20 },
};

export interface Rows {
  readonly forest: readonly (readonly number[])[];
  readonly deep: readonly (readonly number[])[];
  readonly missing: readonly (readonly (number | null)[])[];
  readonly coded: readonly (readonly number[])[];
  readonly text: readonly string[];
}

/** Trains the models once. */
export function prepareModels(): Rows {
  if (!existsSync(join(WORK, 'hgb-categories.joblib'))) {
    const script = join(import.meta.dirname, 'native.py');
    const { status } = spawnSync(
      process.env['UV'] ?? 'uv',
      ['run', '--no-project', '--with', 'scikit-learn==1.9.1', script, WORK],
      { stdio: 'inherit' },
    );
    if (status !== 0) throw new Error('training the models of the benchmark failed');
  }
  return JSON.parse(readFileSync(join(WORK, 'rows.json'), 'utf8')) as Rows;
}

/** Batches of `rows` rows that between them show many different rows. */
function batchesOf(rows: Rows, { model, rows: size }: Case): readonly Batch[] {
  if (model === 'text')
    return rows.text.map((text): Batch => ({ kind: 'table', rows: 1, columns: [[text]] }));
  const source = rows[model === 'deep' ? 'deep' : 'forest'];
  const width = source[0]!.length;
  return Array.from({ length: size === 1 ? source.length : 1 }, (_, i): Batch => {
    const data = Float64Array.from(
      { length: size * width },
      (_, k) => source[(i + Math.floor(k / width)) % source.length]![k % width]!,
    );
    return { kind: 'matrix', rows: size, width, data };
  });
}

function microsPerRow(rows: Rows, given: Case): number {
  const { content } = readModelFile(join(WORK, `${given.model}.joblib`));
  if (content?.kind !== 'steps') throw new Error(`${given.model} can't be read`);
  const engine = createNativeEngine(content);
  const batches = batchesOf(rows, given);
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage().user;
    const end = performance.now() + ROUND_MILLIS;
    let calls = 0;
    while (performance.now() < end) {
      for (const batch of batches) engine.infer(batch);
      calls += batches.length;
    }
    // Processor time, so that neighbours on a shared machine do not count.
    best = Math.min(best, (process.cpuUsage().user - start) / (calls * given.rows));
  }
  return best;
}

/** Runs the named cases, or all; prints a line each and fails over budget. */
export function native(names: readonly string[]): void {
  const rows = prepareModels();
  for (const name of names.length === 0 ? Object.keys(CASES) : names) {
    const given = CASES[name];
    if (given === undefined) throw new Error(`no case ${name}: there are ${Object.keys(CASES).join(', ')}`);
    const micros = microsPerRow(rows, given);
    const over = micros > given.budget;
    console.log(
      `${name.padEnd(20)} ${micros.toFixed(3).padStart(8)} µs a row, budget ${given.budget}${over ? '  OVER' : ''}`,
    );
    if (over) process.exitCode = 1;
  }
}

if (import.meta.main) native(process.argv.slice(2));

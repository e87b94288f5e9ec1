import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { run } from '../boosters/prepare.ts';
import { median } from '../median.ts';
import { ROOT } from '../serving/peers.ts';

const WORK = join(ROOT, '.cache/bench/explanations');
const PYTHON = join(WORK, 'venv/bin/python');
const HERE = import.meta.dirname;
const CASES = { forest: 1000, xgboost: 2000 } as const;

/** Seconds, of the wall and of the processor. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}
interface Ours extends Spent {
  /** Milliseconds until the first row can be explained, and of one row alone. */
  readonly prepared: number;
  readonly rowMillis: number;
  /** Largest difference to shap; null against a background. */
  readonly worst: number | null;
}

/** Rows a second on one core beside shap's TreeExplainer, in turns; the answers are compared. */
export function explanations({ rounds }: { readonly rounds: number }): void {
  prepare();
  const results = Object.entries(CASES).map(([name, rows]) => {
    const turns = Array.from({ length: rounds }, () => {
      const shap: Spent = pinned(PYTHON, [join(HERE, 'shap_rows.py'), 'explain', WORK, name, String(rows)]);
      const ours = (way: string): Ours =>
        pinned(process.execPath, [join(HERE, 'engine.ts'), WORK, name, String(rows), way]);
      return { shap, paths: ours('paths'), background: ours('background') };
    });
    const ratio = (way: 'paths' | 'background'): number =>
      median(turns.map(({ shap, ...own }) => shap.cpu / own[way].cpu));
    const of = (pick: (turn: (typeof turns)[number]) => number): number => median(turns.map(pick));
    return {
      ...{ name, rows, shapRows: rows / of(({ shap }) => shap.cpu) },
      paths: { rows: rows / of(({ paths }) => paths.cpu), ratio: ratio('paths') },
      background: { rows: rows / of(({ background }) => background.cpu), ratio: ratio('background') },
      rowMillis: of(({ paths }) => paths.rowMillis),
      preparedMillis: {
        paths: of(({ paths }) => paths.prepared),
        background: of(({ background }) => background.prepared),
      },
      worst: Math.max(...turns.map(({ paths }) => paths.worst ?? 0)),
    };
  });
  writeFileSync(join(ROOT, 'bench/results/explanations.json'), `${JSON.stringify(results, null, 2)}\n`);
  console.table(
    results.map(({ name, shapRows, paths, background, rowMillis, worst }) => ({
      ...{ name, 'shap rows/s': Math.round(shapRows), 'paths rows/s': Math.round(paths.rows) },
      ...{ 'paths ×': paths.ratio.toFixed(1), 'background ×': background.ratio.toFixed(1) },
      ...{ 'one row, ms': rowMillis.toFixed(3), worst: worst.toExponential(1) },
    })),
  );
}

function prepare(): void {
  mkdirSync(WORK, { recursive: true });
  if (!existsSync(join(WORK, 'rows.f64'))) {
    run('uv', ['venv', '--quiet', '--clear', '--python', '>=3.12', join(WORK, 'venv')]);
    run('uv', ['pip', 'install', '--quiet', '--python', PYTHON, '-r', join(HERE, 'requirements.txt')]);
    run(PYTHON, [join(HERE, 'shap_rows.py'), 'make', WORK]);
  }
}

/** The last line that a program on one core says. */
function pinned<T>(program: string, args: readonly string[]): T {
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  const text = execFileSync('taskset', ['-c', '0', program, ...args], { encoding: 'utf8', env });
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
}

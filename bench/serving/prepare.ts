import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODELS, type ModelName, ROOT, WORK } from './peers.ts';

const HERE = import.meta.dirname;
const PYTHON = join(WORK, 'venv/bin/python');

/** What scikit-learn answers for the rows that every peer is asked about. */
export interface Expected {
  readonly rows: readonly (readonly number[])[];
  readonly expected: Readonly<Record<ModelName, { predict: number[]; predict_proba: number[][] }>>;
}

/** Bundles the program as it is published, installs the Python peers and trains the models; all but the first once. */
export function prepare(): Expected {
  mkdirSync(WORK, { recursive: true });
  run(process.execPath, [join(ROOT, 'tools/build.ts')]);
  if (!existsSync(PYTHON)) {
    run('uv', ['venv', '--quiet', join(WORK, 'venv')]);
  }
  run('uv', [
    'pip',
    'install',
    '--quiet',
    '--python',
    PYTHON,
    '--requirements',
    join(HERE, 'requirements.txt'),
  ]);
  const made = join(WORK, 'rows.json');
  if (!existsSync(made)) run(PYTHON, [join(HERE, 'train.py'), WORK]);
  const expected = JSON.parse(readFileSync(made, 'utf8')) as Expected;
  writeFileSync(BODIES, expected.rows.map((row) => JSON.stringify({ rows: [row] })).join('\n'));
  for (const model of MODELS)
    if (!existsSync(join(WORK, `${model}.joblib`))) throw new Error(`${model} is missing`);
  return expected;
}

/** One request body a line, for the load generator. */
export const BODIES = join(WORK, 'bodies.jsonl');

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
}

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../serving/peers.ts';

const HERE = import.meta.dirname;
export const WORK = join(ROOT, '.cache/bench-boosters');
export const PYTHON = join(WORK, 'venv/bin/python');
export const WIDTH = 30;

/** Bundles the program, installs the libraries, trains the models and makes as many rows; all but the first once. */
export function prepare(rows: number): void {
  mkdirSync(WORK, { recursive: true });
  run(process.execPath, [join(ROOT, 'tools/build.ts')]);
  installPython(PYTHON, join(WORK, 'venv'), join(HERE, 'requirements.txt'));
  if (!existsSync(join(WORK, `coded-${rows}.parquet`)))
    run(PYTHON, [join(HERE, 'prepare.py'), WORK, String(rows)]);
}

/** Makes an environment where there is none, and installs what is missing in it. */
export function installPython(python: string, folder: string, requirements: string): void {
  if (!existsSync(python)) run('uv', ['venv', '--quiet', '--python', '>=3.11', folder]);
  run('uv', ['pip', 'install', '--quiet', '--python', python, '--requirements', requirements]);
}

/** Some of the rows of numbers. */
export const rowsOfNumbers = (): number[][] =>
  JSON.parse(readFileSync(join(WORK, 'rows.json'), 'utf8')) as number[][];

/** What a program prints; throws where it fails. */
export function run(program: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: undefined },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
  return stdout.trim();
}

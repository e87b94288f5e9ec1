/** Small networks in the files of each framework, and the servers that load them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, WORK } from '../serving/peers.ts';

const FILES = join(WORK, 'first-answers');
const VENV = join(WORK, 'networks');
const PYTHON = join(VENV, 'bin/python');
const HERE = import.meta.dirname;

/** Rows, and what the framework answers for them. */
export interface NetworkRows {
  readonly rows: readonly unknown[];
  readonly answers: readonly (readonly number[])[];
}

/** Installs the frameworks and makes the files; both once. */
export function prepareNetworks(): void {
  mkdirSync(FILES, { recursive: true });
  run(process.execPath, [join(ROOT, 'tools/build.ts')]);
  if (!existsSync(PYTHON)) {
    run('uv', ['venv', '--quiet', '--python', '3.12', VENV]);
    run('uv', ['pip', 'install', '--quiet', '--python', PYTHON, '-r', join(HERE, 'requirements.txt')]);
  }
  for (const [framework, mark] of [
    ['torch', 'cnn.onnx'],
    ['keras', 'keras-cnn-saved/saved_model.pb'],
  ] as const)
    if (!existsSync(join(FILES, mark))) run(PYTHON, [join(HERE, 'make.py'), FILES, framework]);
}

/** `mlp-script.pt` and `mlp.pt2` were made of the rows in `mlp.json`. */
export function rowsOf(file: string): NetworkRows {
  const [name] = /^(?:keras-)?[a-z]+/.exec(file) ?? [''];
  return JSON.parse(readFileSync(join(FILES, `${name}.json`), 'utf8')) as NetworkRows;
}

export const plimsollWith = (file: string, port: number, data: string): readonly string[] => [
  process.execPath,
  ...[join(ROOT, 'bin/plimsoll.js'), 'serve', join(FILES, file), '--data', data],
  ...['--port', String(port), '--workers', '1', '--quiet'],
];

export const fastapiWith = (port: number): readonly string[] => [
  PYTHON,
  ...['-m', 'uvicorn', 'fastapi_network:app', '--app-dir', HERE, '--port', String(port)],
  ...['--loop', 'uvloop', '--http', 'httptools', '--no-access-log', '--log-level', 'warning'],
];

/** What FastAPI loads, and one thread a process, as workers here have. */
export const fastapiEnvironment = (file: string): Readonly<Record<string, string>> => ({
  MODEL: join(FILES, file),
  PYTHONPATH: FILES,
  KERAS_BACKEND: 'tensorflow',
  TF_CPP_MIN_LOG_LEVEL: '3',
  TF_ENABLE_ONEDNN_OPTS: '1',
  OMP_NUM_THREADS: '1',
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
});

/** The largest difference from the framework's own answers, relative to the largest of them. */
export function differenceOf(found: unknown, { answers }: NetworkRows, count: number): number {
  const { predictions } = found as { readonly predictions: readonly (readonly number[])[] };
  let [worst, largest] = [0, 0];
  for (const [i, wanted] of answers.slice(0, count).entries())
    for (const [j, value] of wanted.entries()) {
      largest = Math.max(largest, Math.abs(value));
      worst = Math.max(worst, Math.abs(value - (predictions[i]?.[j] ?? Number.NaN)));
    }
  return worst / largest;
}

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
}

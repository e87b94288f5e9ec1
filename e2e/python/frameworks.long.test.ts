import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findInterpreters, minorOf } from '../../src/python/interpreters.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { BIN, ROOT, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { ask } from './models.ts';

/** Models of every framework: saved where they were trained, pushed, served, and asked over HTTP. */

const NAMES = [
  'xgboost-wrapper',
  'xgboost-booster',
  'lightgbm-wrapper',
  'lightgbm-booster',
  'catboost',
  'sklearn-pipeline',
  'sklearn-text',
  'sklearn-outputs',
  'object',
];
const TORCH = (await findInterpreters()).find(({ version }) => minorOf(version) === '3.10');
const ALL = TORCH === undefined ? NAMES : [...NAMES, 'torch'];

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-frameworks-'));
const data = join(folder, 'data');
let server: Served | undefined;

function train(python: string, names: readonly string[]): void {
  const script = join(import.meta.dirname, 'train_frameworks.py');
  const { status, stderr } = spawnSync(python, [script, folder, ...names], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: join(ROOT, 'python'), OMP_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`training failed:\n${stderr}`);
}

beforeAll(() => {
  const libraries = 'catboost, lightgbm, pandas, pyarrow, sklearn, xgboost';
  train(preparePython('python-tests', join(ROOT, 'python/tests/requirements.txt'), libraries), NAMES);
  if (TORCH === undefined) return;
  const lock = join(import.meta.dirname, 'torch/requirements.txt');
  train(preparePython('python-torch', lock, 'torch', TORCH.path), ['torch']);
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

interface Trained {
  readonly rows: readonly unknown[];
  readonly expected: Readonly<Record<string, unknown>>;
}

const trained = (name: string): Trained =>
  JSON.parse(readFileSync(join(folder, name, 'rows.json'), 'utf8')) as Trained;

/** Numbers within what float32 gives away when rows come in other numbers; all else to the letter. */
function expectAlike(found: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expect(found).toHaveLength(expected.length);
    expected.forEach((item, i) => {
      expectAlike((found as unknown[])[i], item);
    });
  } else if (typeof expected === 'number') expect(found).toBeCloseTo(expected, 5);
  else expect(found).toBe(expected);
}

test.each(ALL)('%s: the saved folder is proved in a clean room', { timeout: 600_000 }, (name) => {
  const saved = join(folder, name, 'saved');
  const args = ['push', saved, '--name', name, '--runtime', 'python', '--trust', '--data', data];
  // Without the limit of other commands: packages of hundreds of megabytes may have to come first.
  const pushed = spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' });
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
});

test('one server has them all', { timeout: 300_000 }, async () => {
  server = await served(['--data', data, '--workers', '1']);
});

test.each(ALL)('%s answers over HTTP what it answered where it was trained', async (name) => {
  const { rows, expected } = trained(name);
  const [main] = Object.keys(expected);
  const all = await ask(server!, name, rows);
  expect(all.status, JSON.stringify(all.body)).toBe(200);
  expect(all.body.predictions).toEqual(expected[main!]);
  expect(all.body.probabilities).toEqual(expected['predict_proba']);
  const one = await ask(server!, name, rows.slice(0, 1));
  expectAlike(one.body.predictions, (expected[main!] as unknown[]).slice(0, 1));
});

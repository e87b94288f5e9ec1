import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll, ROOT, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { ask, saveForest } from './models.ts';

/** Folders of which the model can be compiled need no Python; where it cannot, Python runs them if somebody trusts it. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-folders-'));
const data = join(folder, 'data');
const mlflow = (name: string): string => join(ROOT, 'fixtures/python', name);
const recorded = (name: string) =>
  JSON.parse(readFileSync(`${mlflow(name)}.json`, 'utf8')) as {
    readonly rows: readonly object[];
    readonly predict: readonly unknown[];
  };
let server: Served | undefined;
const push = (...args: readonly string[]) => plimsoll('push', ...args, '--data', data, '--json');

beforeAll(() => saveForest(join(folder, 'forest')), 180_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

test('what plimsoll.save wrote of a forest is compiled, and its own golden rows are replayed', {
  timeout: 60_000,
}, () => {
  const { status, stdout, stderr } = push(join(folder, 'forest'), '--name', 'saved');
  expect(status, stdout + stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'ready', runtime: 'native', proof: 'golden' });
});

test('an MLflow folder with a forest is compiled', { timeout: 60_000 }, () => {
  const { status, stdout, stderr } = push(mlflow('mlflow-forest'), '--name', 'forest');
  expect(status, stdout + stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'ready', runtime: 'native' });
});

test('one with a model that cannot be compiled is refused until somebody trusts it', {
  timeout: 120_000,
}, async () => {
  const without = push(mlflow('mlflow-process'), '--name', 'process');
  expect(without.status, without.stdout + without.stderr).not.toBe(0);
  const { status, stdout, stderr } = push(
    mlflow('mlflow-process'),
    ...['--name', 'process', '--runtime', 'python', '--trust'],
  );
  expect(status, stdout + stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'ready', runtime: 'python' });
  server = await served(['--data', data, '--workers', '1']);
  for (const [model, name] of [
    ['forest', 'mlflow-forest'],
    ['process', 'mlflow-process'],
  ] as const) {
    const { rows, predict } = recorded(name);
    const { status: answered, body } = await ask(server, model, rows);
    expect(answered, JSON.stringify(body)).toBe(200);
    expect(body.predictions).toEqual(predict);
  }
});

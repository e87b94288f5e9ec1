import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { ask, type Trained, trainChurn } from './models.ts';

/** A pipeline with a transformer of the user's own: saved, moved, registered, served; and what happens without its module. */

const elsewhere = mkdtempSync(join(tmpdir(), 'plimsoll-elsewhere-'));
const data = join(elsewhere, 'data');
let churn: Trained;
let server: Served | undefined;

beforeAll(() => {
  churn = trainChurn();
  // Only what `save` wrote goes along.
  renameSync(join(churn.folder, 'saved'), join(elsewhere, 'churn'));
  cpSync(join(churn.folder, 'churn.joblib'), join(elsewhere, 'churn.joblib'));
}, 180_000);
afterAll(async () => {
  await server?.stop();
  for (const folder of [elsewhere, churn.folder]) rmSync(folder, { recursive: true, force: true });
}, 30_000);

const push = (...args: readonly string[]) => plimsoll('push', ...args, '--data', data, '--json');

test('without a word of trust the saved folder is refused, with the two ways on', () => {
  const { status, stderr, stdout } = push(join(elsewhere, 'churn'), '--name', 'churn');
  expect(status, stdout + stderr).not.toBe(0);
  expect(stdout + stderr).toMatch(/--runtime python --trust/);
  expect(stdout + stderr).toMatch(/churn_features\.Ratio/);
});

test('the saved folder, moved to where nothing else is, answers what it answered where it was trained', {
  timeout: 240_000,
}, async () => {
  const pushed = push(join(elsewhere, 'churn'), '--name', 'churn', '--runtime', 'python', '--trust');
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  expect(JSON.parse(pushed.stdout)).toMatchObject({ model: 'churn', state: 'ready' });
  server = await served(['--data', data, '--workers', '1']);
  const { status, body } = await ask(server, 'churn', churn.rows);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.predictions).toEqual(churn.expected.predict);
  expect(body.probabilities).toEqual(churn.expected.predict_proba);
});

test('a server that starts again serves it without being told to trust it again', {
  timeout: 120_000,
}, async () => {
  await server?.stop();
  server = await served(['--data', data, '--workers', '1']);
  const { status, body } = await ask(server, 'churn', churn.rows.slice(0, 3));
  expect(status).toBe(200);
  expect(body.predictions).toEqual(churn.expected.predict.slice(0, 3));
});

test('the pickle without its module is refused, and the sentence says which and what to do', {
  timeout: 240_000,
}, () => {
  const requirements = join(churn.folder, 'requirements.txt');
  const trusted = ['--runtime', 'python', '--trust', '--requirements', requirements];
  const { status, stdout, stderr } = push(join(elsewhere, 'churn.joblib'), '--name', 'bare', ...trusted);
  expect(status, stdout + stderr).toBe(3);
  const said = stdout + stderr;
  expect(said).toMatch(/lacks module ."?churn_features/);
  expect(said).toMatch(/imported by the pickled class churn_features\.Ratio/);
  expect(said).toMatch(/--code/);
});

test('the pickle with its modules answers the same', { timeout: 240_000 }, async () => {
  const code = ['churn_features.py', 'churn_constants.py'].flatMap((name) => [
    '--code',
    join(churn.folder, 'src', name),
  ]);
  const requirements = join(churn.folder, 'requirements.txt');
  const trusted = ['--runtime', 'python', '--trust', '--requirements', requirements, ...code];
  const golden = ['--golden', join(churn.folder, 'golden.json')];
  const pushed = push(join(elsewhere, 'churn.joblib'), '--name', 'coded', ...trusted, ...golden);
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  const asking = () => ask(server!, 'coded', churn.rows);
  // It runs already: it takes over what was pushed beside it once it has loaded it.
  await expect.poll(async () => (await asking()).status, { timeout: 60_000, interval: 250 }).toBe(200);
  const { body } = await asking();
  expect(body.predictions).toEqual(churn.expected.predict);
  expect(body.probabilities).toEqual(churn.expected.predict_proba);
});

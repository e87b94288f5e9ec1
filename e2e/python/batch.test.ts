import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll } from '../cli.ts';
import './shared-environments.ts';
import { type Trained, trainChurn } from './models.ts';

/** A batch job over a version that runs with Python: each lane has a worker of its own, and the answers are the same. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-python-batch-'));
const data = join(folder, 'data');
let churn: Trained;

beforeAll(() => {
  churn = trainChurn();
  const trusted = ['--runtime', 'python', '--trust', '--data', data];
  const pushed = plimsoll('push', join(churn.folder, 'saved'), '--name', 'churn', ...trusted);
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
}, 240_000);
afterAll(() => {
  for (const path of [folder, churn.folder]) rmSync(path, { recursive: true, force: true });
});

const COLUMNS = ['age', 'income', 'tenure', 'plan'] as const;

test('a file is scored as the pipeline scored it where it was trained', { timeout: 120_000 }, () => {
  const lines = churn.rows.map((row, i) => [i, ...COLUMNS.map((column) => row[column] ?? '')].join(','));
  const [input, output] = [join(folder, 'customers.csv'), join(folder, 'scored.csv')];
  writeFileSync(input, `${['id', ...COLUMNS].join(',')}\n${lines.join('\n')}\n`);
  const job = ['--job', 'nightly', '--model', 'churn', '--key', 'id', '--data', data];
  const { status, stdout, stderr } = plimsoll('batch', 'run', ...job, '--input', input, '--output', output);
  expect(status, stdout + stderr).toBe(0);
  const [head, ...scored] = readFileSync(output, 'utf8').trim().split('\n');
  const names = head!.split(',');
  const cells = scored.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, values[i]]));
  });
  const byId = cells.toSorted((left, right) => Number(left['id']) - Number(right['id']));
  expect(byId.map(({ predict }) => predict)).toEqual(churn.expected.predict);
  const probabilities = byId.map((row) =>
    ['leaves', 'stays'].map((label) => Number(row[`predict_proba_${label}`])),
  );
  expect(probabilities).toEqual(churn.expected.predict_proba);
});

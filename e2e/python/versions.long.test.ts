import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll, ROOT, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { childrenOf } from '../processes.ts';
import { ask } from './models.ts';

/** Two models of libraries that cannot live in one process, in one server, each with its own Python. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-versions-'));
const data = join(folder, 'data');
const OLD = { name: 'old', file: 'sklearn-0.24.2/columns-forest.pkl', python: '3.8' };
const NEW = { name: 'new', file: 'sklearn-1.9.1/columns-forest.joblib', python: null };
let server: Served;

const path = (file: string): string => join(ROOT, 'fixtures/models', file);
const recorded = (file: string) =>
  JSON.parse(readFileSync(path(file.replace(/\.\w+$/, '.json')), 'utf8')) as {
    input: { dataframe_split: { columns: string[]; data: unknown[][] } };
    expected: { predict: string[]; predict_proba: number[][] };
  };

beforeAll(async () => {
  for (const { name, file, python } of [OLD, NEW]) {
    const version = python === null ? [] : ['--python', python];
    const trusted = ['--runtime', 'python', '--trust', ...version];
    const pushed = plimsoll('push', path(file), '--name', name, ...trusted, '--data', data);
    expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  }
  server = await served(['--data', data, '--workers', '1']);
}, 300_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

test.each([OLD, NEW])('$name answers what its own scikit-learn answered ($file)', async ({ name, file }) => {
  const { input, expected } = recorded(file);
  const { columns, data: cells } = input.dataframe_split;
  const rows = cells.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  const { status, body } = await ask(server, name, rows);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.predictions).toEqual(expected.predict);
  body.probabilities!.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(expected.predict_proba[i]![j]!, 12);
    });
  });
});

test('each is run by an interpreter of its own', () => {
  const workers = childrenOf(server.child.pid!).filter(({ command }) => command.includes('plimsoll/worker'));
  const programs = new Set(workers.map(({ pid }) => readlinkSync(`/proc/${pid}/exe`)));
  expect(programs.size).toBe(2);
  expect([...programs].some((program) => program.includes('3.8'))).toBe(true);
});

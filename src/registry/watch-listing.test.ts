import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listDropped } from './watch-listing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-listing-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const listed = async (limit?: number): Promise<string[]> =>
  (await listDropped(folder, limit)).files.map(
    ({ model, path }) => `${model} ${path.slice(folder.length + 1)}`,
  );

test('model files are listed with the names of their models, in order', async () => {
  mkdirSync(join(folder, 'churn'));
  for (const name of ['b.onnx', 'a model.pkl.gz', 'churn/2.joblib', 'churn/1.joblib', 'c.txt', '.d.pkl'])
    writeFileSync(join(folder, name), 'x');
  expect(await listed()).toEqual([
    'a-model a model.pkl.gz',
    'b b.onnx',
    'churn churn/1.joblib',
    'churn churn/2.joblib',
  ]);
});

test('links are followed to files, and those that lead nowhere are none', async () => {
  mkdirSync(join(folder, '.store'));
  writeFileSync(join(folder, '.store', 'real'), 'x');
  symlinkSync(join(folder, '.store', 'real'), join(folder, 'linked.pkl'));
  symlinkSync(join(folder, 'none'), join(folder, 'broken.pkl'));
  symlinkSync('loop.pkl', join(folder, 'loop.pkl'));
  expect(await listed()).toEqual(['linked linked.pkl']);
});

test('a folder with too many entries is looked at in part, and that is said', async () => {
  for (let i = 0; i < 20; i++) writeFileSync(join(folder, `${i}.pkl`), 'x');
  expect(await listed(20)).toHaveLength(20);
  const { files, trouble } = await listDropped(folder, 10);
  expect(files).toHaveLength(10);
  expect(trouble).toMatch(/more than 10 entries/);
});

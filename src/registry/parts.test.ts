import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decodeInput } from '../serving/rows/decode.ts';
import { acceptFile } from './accept.ts';
import { loadBundle } from './load.ts';

/** Folders of files that are parts of one model, by tools/fixtures/parts_beside.py. */
const FOLDERS = join(import.meta.dirname, '../../fixtures/parts/beside');
const answers = JSON.parse(readFileSync(join(FOLDERS, 'answers.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-parts-'));
const dataDir = join(scratch, 'data');
afterAll(() => rmSync(scratch, { recursive: true }));

const accept = async (folder: string, member?: string) => {
  const { engine, bundle, manifest } = await acceptFile(folder, { dataDir, name: 'parts', member });
  await engine.close();
  return { bundle, manifest };
};

test('a bundle holds all parts of a model, and answers as all of them', { timeout: 60_000 }, async () => {
  const { bundle, manifest } = await accept(join(FOLDERS, 'scaled'));
  expect(readdirSync(join(bundle, 'original')).sort()).toEqual([
    'columns.json',
    'label_encoder.pkl',
    'model.pkl',
    'scaler.pkl',
  ]);
  expect(manifest).toMatchObject({
    file: 'model.pkl',
    parts: true,
    member: 'scaler.pkl,model.pkl,columns.json,label_encoder.pkl',
    verification: { proof: 'engines-agree' },
  });
  const { engine } = await loadBundle(bundle, basename(bundle));
  const { predict } = await engine.infer(decodeInput(answers.rows, manifest.signature));
  await engine.close();
  expect([predict].flat()[0]?.data).toEqual(answers.scaled.predict);
});

test('every part is part of what a version is', { timeout: 60_000 }, async () => {
  const folder = join(scratch, 'copy');
  cpSync(join(FOLDERS, 'scaled'), folder, { recursive: true });
  writeFileSync(join(folder, 'notes.txt'), 'no part of it');
  const { bundle } = await accept(join(FOLDERS, 'scaled'));
  expect((await accept(folder)).bundle).toBe(bundle);
  writeFileSync(join(folder, 'columns.json'), JSON.stringify(['a', 'b', 'c', 'd']));
  expect((await accept(folder)).bundle).not.toBe(bundle);
  expect((await accept(join(FOLDERS, 'scaled'), 'scaler.pkl,model.pkl')).bundle).not.toBe(bundle);
});

test('parts that do not fit are refused with the numbers of both', { timeout: 60_000 }, async () => {
  await expect(accept(join(FOLDERS, 'unfit'))).rejects.toMatchObject({
    code: 'MODEL_UNCLEAR',
    message: expect.stringContaining('"scaler.pkl" gives 3 columns, and "model.pkl" takes 4'),
    hint: expect.stringContaining('--member model.pkl'),
  });
});

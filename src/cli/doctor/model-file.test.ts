import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnoseModelFile } from './model-file.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-doctor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
  return path;
}

const fixture = (path: string): Uint8Array => readFileSync(join(FIXTURES, path));

/** Everything that a person would read. */
async function told(path: string): Promise<string> {
  const found = await diagnoseModelFile(path, {});
  return JSON.stringify([found.looksLike, found.obstacles, found.pythonNeeds, found.next]);
}

test.each([
  ['empty.pkl', '', /copy it again/],
  ['page.json', '<!DOCTYPE html>\n<html>', /download the file itself/],
  ['pointer.pkl', 'version https://git-lfs.github.com/spec/v1\n', /git lfs pull/],
  ['cut.ubj', fixture('models/xgboost-3.2.0/binary-logistic.ubj').subarray(0, 3000), /copy it again/],
  ['cut.pkl', fixture('parts/nested.pkl').subarray(0, 300), /copy it again/],
  ['cut.skops', fixture('skops/sklearn-1.9.1/k-means.skops').subarray(0, 900), /copy it again/],
  ['cut.pmml', fixture('pmml/k-means.pmml').subarray(0, 900), /copy it again/],
  ['list.pkl', '\x80\x02]q\0(K\x01K\x02e.', /save the fitted model itself/i],
])('of %s Python is of no use, and is not named', async (name, content, way) => {
  const text = await told(written(name, content));
  expect(text).toMatch(way);
  expect(text).not.toMatch(/python|joblib|--trust/i);
});

test('advice names files only that exist, or says that they have to be written', async () => {
  const unknown = written('model.bin', '\x0c\xb7\xdc\x1a\x61');
  const { next } = await diagnoseModelFile(unknown, {});
  expect(next).toMatch(/^write requirements\.txt, then plimsoll serve .* --requirements requirements\.txt$/);
  const own = written('own.pkl', 'cmymodels\nNet\n(tR.');
  expect((await diagnoseModelFile(own, {})).next).toMatch(
    /^find mymodels\.py, then .* --code PATH\/mymodels\.py$/,
  );
});

test('a model that names code to run is no file to serve', async () => {
  const evil = written('evil.pkl', "cos\nsystem\n(S'true'\ntR.");
  expect((await diagnoseModelFile(evil, {})).next).toMatch(/^ask who wrote it why it names os\.system/);
});

test('of several models in a file, one is named in the command to run next', async () => {
  const path = join(folder, 'parts.joblib');
  copyFileSync(join(FIXTURES, 'parts/model-and-scaler.joblib'), path);
  const found = await diagnoseModelFile(path, {});
  expect(found.next).toBe(`plimsoll serve ${path} --member model`);
  expect(found.pythonNeeds).toEqual([]);
});

test('a booster that cannot be read as data names its library and release for Python', async () => {
  const json = new TextDecoder().decode(fixture('models/xgboost-3.2.0/reg-squarederror.xgb'));
  const path = written('own-loss.json', json.replaceAll('reg:squarederror', 'reg:mine'));
  const found = await diagnoseModelFile(path, {});
  expect(found.obstacles[0]?.way).toMatch(/^train the model with what is supported/);
  expect(found.pythonNeeds.join()).toContain('xgboost==3.2.0');
});

test('a folder without a model says what it holds', async () => {
  const path = join(folder, 'nothing');
  mkdirSync(path);
  writeFileSync(join(path, 'notes.md'), '');
  expect(await diagnoseModelFile(path, {})).toMatchObject({
    looksLike: 'a folder with notes.md',
    pythonNeeds: [],
    next: expect.not.stringContaining('python'),
  });
});

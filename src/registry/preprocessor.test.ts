import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadContent } from '../content/load.ts';
import { UNBOUNDED_CONTENT } from '../serving/rows/content-codecs.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { acceptFile } from './accept.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
/** Takes float32 [-1, 8, 8, 3]; the file does not say how images become that. */
const MODEL = join(FIXTURES, 'keras/keras-3.15.1/resnet-block.keras');
const PICTURE = readFileSync(join(FIXTURES, 'images/420.jpg')).toString('base64');
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-preprocessor-'));
  await loadContent(UNBOUNDED_CONTENT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The model in a folder of its own, with this declaration beside it. */
function modelWith(name: string, document: object | null): string {
  mkdirSync(join(folder, name));
  const path = join(folder, name, 'model.keras');
  copyFileSync(MODEL, path);
  if (document !== null)
    writeFileSync(join(folder, name, 'preprocessor_config.json'), JSON.stringify(document));
  return path;
}

const accepted = (path: string) => acceptFile(path, { dataDir: join(folder, 'data'), name: 'shapes' });
const declared = { size: 8, resample: 2, rescale_factor: 1 / 255 };

test('what is declared beside a model is part of its version, and makes pictures its rows', async () => {
  const path = modelWith('a', null);
  const plain = await accepted(path);
  writeFileSync(join(folder, 'a', 'preprocessor_config.json'), JSON.stringify(declared));
  const version = await accepted(path);
  const other = await accepted(modelWith('b', { ...declared, resample: 3 }));
  const bundles = new Set([plain.bundle, version.bundle, other.bundle]);
  expect(bundles.size).toBe(3);
  const body = { instances: [{ image: { b64: PICTURE } }] };
  const answers = [version, other].map(async ({ engine, manifest }) => {
    const outputs = await engine.infer(decodeInput(body, manifest.signature));
    return outputs['classes'];
  });
  const [bilinear, bicubic] = await Promise.all(answers);
  expect(bilinear).toMatchObject({ shape: [1, 4] });
  expect(bicubic).not.toEqual(bilinear);
  for (const each of [plain, version, other]) await each.engine.close();
});

test('what does not fit the model refuses it', async () => {
  await expect(accepted(modelWith('c', { ...declared, size: 9 }))).rejects.toMatchObject({
    code: 'PREPROCESSOR_INVALID',
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BUNDLE_MANIFEST, ORIGINAL } from '../../registry/bundle.ts';
import { SUMS } from '../../registry/sums.ts';
import type { BundleManifest } from '../../registry/version.ts';
import type { PackagedModel } from '../packaged.ts';
import { referenceOf } from './image-config.ts';
import { modelMembers } from './model-layer.ts';

const home = mkdtempSync(join(tmpdir(), 'plimsoll-model-'));
afterAll(() => rmSync(home, { recursive: true }));

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A bundle with everything that one may hold beside the model. */
function packagedModel(rowMicros: number, name = 'churn', rows = 4000): PackagedModel {
  const bundle = mkdtempSync(join(home, 'bundle-'));
  mkdirSync(join(bundle, ORIGINAL));
  const files = {
    [`${ORIGINAL}/m.onnx`]: 'graph',
    [`${ORIGINAL}/weights`]: 'weights',
    'golden.json': '{}',
    'reference.parquet': 'rows',
    'model.onnx': 'graph',
  };
  const manifest = {
    ...{ schema: 1, converter: 3, digest: sha256('graph'), file: 'm.onnx', rowMicros },
    sideFiles: [{ name: 'weights', digest: sha256('weights') }],
    golden: 'golden.json',
    reference: 'reference.parquet',
    verification: {
      proof: 'engines-agree',
      seed: 1,
      rows,
      cells: rows,
      differingBits: rows % 7,
      worst: null,
    },
  } as unknown as BundleManifest;
  for (const [path, text] of Object.entries(files)) writeFileSync(join(bundle, path), text);
  writeFileSync(join(bundle, BUNDLE_MANIFEST), JSON.stringify(manifest));
  return { name, version: 7, digest: 'd'.repeat(64), bundle, manifest };
}

async function texts(model: PackagedModel): Promise<Map<string, string>> {
  const members = await modelMembers(model);
  const files = members.filter((member) => member.kind === 'file');
  return new Map(
    files.map(({ path, from }) => [
      path,
      from instanceof Uint8Array ? Buffer.from(from).toString() : `file ${from.size}`,
    ]),
  );
}

test('a version lies in its own folder, without golden rows and reference data', async () => {
  const folder = 'opt/plimsoll/models/churn/7';
  const found = await texts(packagedModel(2.4));
  expect([...found.keys()].sort()).toEqual(
    [SUMS, 'model.onnx', `${ORIGINAL}/m.onnx`, `${ORIGINAL}/weights`, BUNDLE_MANIFEST]
      .map((file) => `${folder}/${file}`)
      .sort(),
  );
  const manifest = JSON.parse(found.get(`${folder}/${BUNDLE_MANIFEST}`)!);
  expect(manifest).not.toHaveProperty('golden');
  expect(manifest).not.toHaveProperty('reference');
});

test('what was measured on this machine does not make another image', async () => {
  const slower = await texts(packagedModel(3.1, 'churn', 250));
  expect(await texts(packagedModel(2.4))).toEqual(slower);
  const manifest = JSON.parse(slower.get(`opt/plimsoll/models/churn/7/${BUNDLE_MANIFEST}`)!);
  expect(manifest.verification).toMatchObject({ proof: 'engines-agree', seed: 1, rows: 0 });
});

test('the list of digests names every file that is there', async () => {
  const found = await texts(packagedModel(1));
  const sums = found.get(`opt/plimsoll/models/churn/7/${SUMS}`)!;
  const manifest = found.get(`opt/plimsoll/models/churn/7/${BUNDLE_MANIFEST}`)!;
  expect(sums).toBe(
    [
      `${sha256('graph')}  model.onnx\n`,
      `${sha256('graph')}  ${ORIGINAL}/m.onnx\n`,
      `${sha256('weights')}  ${ORIGINAL}/weights\n`,
      `${sha256(manifest)}  ${BUNDLE_MANIFEST}\n`,
    ].join(''),
  );
});

test('a bundle whose bytes are not those that were accepted is refused', async () => {
  const model = packagedModel(1);
  writeFileSync(join(model.bundle, ORIGINAL, 'weights'), 'other weights');
  await expect(modelMembers(model)).rejects.toMatchObject({ code: 'IMAGE_BUNDLE' });
});

test.each([
  ['churn', 'churn:7'],
  ['Graph_of.Mine', 'graph-of-mine:7'],
  ['A__b', 'a-b:7'],
  ['x.', 'x:7'],
])('the model %s is called %s in registries', (name, reference) => {
  expect(referenceOf({ ...packagedModel(1), name })).toBe(reference);
  expect(reference).toMatch(/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*:\d+$/);
});

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acceptFile } from './accept.ts';
import { findBackground } from './background.ts';
import {
  bundleDir,
  digestFileSync,
  earlierBackground,
  originalPath,
  readManifest,
  stagingDir,
} from './bundle.ts';
import { openStaging, writeBundle } from './bundle-write.ts';

const IRIS = join(import.meta.dirname, '../../examples/iris.joblib');
const GRAPH = join(import.meta.dirname, '../../fixtures/onnx/zipmap-default.onnx');

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-bundle-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const refusal = (code: string) => expect.objectContaining({ code });
const folders = (): string[] => readdirSync(join(dataDir, 'bundles'));

test('a model may be named like a file of the bundle', async () => {
  for (const [source, name] of [
    [IRIS, 'plimsoll.json'],
    [GRAPH, 'model.onnx'],
    [IRIS, '--help'],
    [IRIS, 'modèle à tester.joblib'],
  ] as const) {
    const path = join(dataDir, name);
    copyFileSync(source, path);
    const { bundle, manifest } = await acceptFile(path, { dataDir, name: 'model' });
    expect(digestFileSync(originalPath(bundle, manifest))).toBe(digestFileSync(source));
    rmSync(bundle, { recursive: true });
  }
});

test('a bundle that lost its manifest or its bytes is made anew', async () => {
  const { bundle, manifest } = await acceptFile(IRIS, { dataDir, name: 'iris' });
  for (const [path, rest] of [
    [join(bundle, 'plimsoll.json'), '{"schema": 1, "conv'],
    [originalPath(bundle, manifest), ''],
  ] as const) {
    writeFileSync(path, rest);
    await acceptFile(IRIS, { dataDir, name: 'iris' });
    expect(readManifest(bundle)?.digest).toBe(manifest.digest);
    expect(digestFileSync(originalPath(bundle, manifest))).toBe(manifest.digest);
  }
});

test('rows of before are kept whole, also where a push before ended amid its copy', async () => {
  const [first, second] = ['first.json', 'second.json'].map((name) => join(dataDir, name)) as [
    string,
    string,
  ];
  const example = [5.1, 3.5, 1.4, 0.2];
  writeFileSync(first, JSON.stringify([example, example]));
  writeFileSync(second, JSON.stringify([example]));
  const options = { dataDir, name: 'iris' };
  const { bundle, manifest } = await acceptFile(IRIS, { ...options, background: first });
  const { digest = '' } = manifest.background ?? {};
  writeFileSync(join(bundle, earlierBackground(digest)), '{"columns": [{"ty');
  const { manifest: next } = await acceptFile(IRIS, { ...options, background: second });
  expect(next.background).toMatchObject({ rows: 1 });
  expect(findBackground(bundle, next, digest)).toMatchObject({ rows: 2 });
});

test('two who accept the same file at once both get it, and one bundle is left', async () => {
  const accept = () => acceptFile(IRIS, { dataDir, name: 'iris' });
  const versions = await Promise.all([accept(), accept(), accept()]);
  expect(new Set(versions.map(({ bundle }) => bundle)).size).toBe(1);
  expect(folders()).toEqual([versions[0]!.manifest.digest]);
});

test('a bundle proved again is there at every moment', async () => {
  const { bundle, manifest } = await acceptFile(IRIS, { dataDir, name: 'iris' });
  const staging = stagingDir(dataDir, manifest.digest, 'again');
  openStaging(staging, Date.now());
  const files = { original: IRIS, golden: null, reference: null };
  writeBundle(staging, bundle, { ...manifest, runtime: 'onnx' }, files);
  expect(readManifest(bundle)?.runtime).toBe('onnx');
  expect(folders()).toEqual([manifest.digest]);
});

test('a file that changes while it is read is refused, and nothing of it is left', async () => {
  const path = join(dataDir, 'model.joblib');
  copyFileSync(IRIS, path);
  copyFileSync(GRAPH, join(dataDir, 'next'));
  const onProgress = (stage: string): void => {
    if (stage === 'measuring') renameSync(join(dataDir, 'next'), path);
  };
  const accepted = acceptFile(path, { dataDir, name: 'iris', onProgress });
  await expect(accepted).rejects.toEqual(refusal('FILE_CHANGED'));
  expect(folders()).toEqual([]);
});

test('what a process left behind that was killed is swept away after an hour', () => {
  const [old, young] = ['old', 'young'].map((name) => stagingDir(dataDir, 'a'.repeat(64), name));
  for (const path of [old!, young!]) mkdirSync(path, { recursive: true });
  const now = Date.now();
  utimesSync(old!, new Date(now - 4_000_000), new Date(now - 4_000_000));
  openStaging(stagingDir(dataDir, 'b'.repeat(64), 'new'), now);
  expect([existsSync(old!), existsSync(young!)]).toEqual([false, true]);
});

test('a data folder that cannot be written says which and why', async () => {
  const file = join(dataDir, 'file');
  writeFileSync(file, '');
  await expect(acceptFile(IRIS, { dataDir: file, name: 'iris' })).rejects.toEqual(refusal('DATA_UNWRITABLE'));
  await expect(acceptFile(IRIS, { dataDir: file, name: 'iris' })).rejects.toThrow(`"${file}"`);
});

test('a path that is no file is refused before anything is read', async () => {
  await expect(acceptFile(dataDir, { dataDir, name: 'x' })).rejects.toThrow(/it is a folder/);
  await expect(acceptFile('/dev/zero', { dataDir, name: 'x' })).rejects.toThrow(/it is a device/);
  await expect(acceptFile(join(dataDir, 'none'), { dataDir, name: 'x' })).rejects.toThrow(/no such file/);
  expect(existsSync(bundleDir(dataDir, ''))).toBe(false);
});

test('golden rows that are not there say so', async () => {
  const golden = join(dataDir, 'none.json');
  await expect(acceptFile(IRIS, { dataDir, name: 'x', golden })).rejects.toEqual(refusal('FILE_NOT_FOUND'));
});

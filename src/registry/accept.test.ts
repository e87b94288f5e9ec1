import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { acceptFile } from './accept.ts';
import { bundleDir, digestFileSync, isIntact, originalPath, readManifest } from './bundle.ts';
import { loadBundle } from './load.ts';

const IRIS = join(import.meta.dirname, '../../examples/iris.joblib');
const GOLDEN = join(import.meta.dirname, '../../examples/golden/iris.json');

const ONNX = join(import.meta.dirname, '../../fixtures/onnx');

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-accept-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function refusal(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    return isPlimsollError(error) ? error.code : error;
  }
}

test('acceptFile() proves a new file, keeps it as a bundle, and gives an engine that answers', async () => {
  const stages: string[] = [];
  const loaded = await acceptFile(IRIS, { dataDir, name: 'iris', onProgress: (stage) => stages.push(stage) });
  expect(stages).toEqual(['reading', 'building engines', 'comparing engines', 'measuring', 'warming up']);
  expect(loaded.manifest.verification).toMatchObject({ proof: 'engines-agree', differingBits: 0 });
  expect(digestFileSync(originalPath(loaded.bundle, loaded.manifest))).toBe(digestFileSync(IRIS));
  const outputs = await loaded.engine.infer({
    kind: 'matrix',
    rows: 1,
    width: 4,
    data: Float64Array.of(5.1, 3.5, 1.4, 0.2),
  });
  expect(outputs['predict']).toMatchObject({ dtype: 'string', data: ['setosa'] });
});

test('acceptFile() loads a digest it accepted before without proving it again', async () => {
  await acceptFile(IRIS, { dataDir, name: 'iris' });
  const stages: string[] = [];
  const again = await acceptFile(IRIS, { dataDir, name: 'other', onProgress: (stage) => stages.push(stage) });
  expect(stages).toEqual([]);
  expect(again.model).toBe('other');
});

test('acceptFile() proves a file again when an older converter accepted it', async () => {
  const { bundle } = await acceptFile(IRIS, { dataDir, name: 'iris' });
  const path = join(bundle, 'plimsoll.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), converter: 0 }));
  expect(readManifest(bundle)).toBeNull();
  await acceptFile(IRIS, { dataDir, name: 'iris' });
  expect(readManifest(bundle)).not.toBeNull();
});

test('acceptFile() uses the runtime asked for and writes it down', async () => {
  const loaded = await acceptFile(IRIS, { dataDir, name: 'iris', runtime: 'onnx' });
  expect(loaded.engine.id).toBe('onnx');
  expect((await loadBundle(loaded.bundle, 'iris')).engine.id).toBe('onnx');
});

test('acceptFile() replays golden rows of a file it knows, with the runtime that it chose before', async () => {
  const { bundle } = await acceptFile(IRIS, { dataDir, name: 'iris', runtime: 'onnx' });
  const golden = await acceptFile(IRIS, { dataDir, name: 'iris', golden: GOLDEN });
  expect(golden.bundle).toBe(bundle);
  expect(golden.manifest).toMatchObject({ runtime: 'onnx', verification: { proof: 'golden' } });
});

test('acceptFile() replays golden rows and refuses a file whose answers differ', async () => {
  const { manifest } = await acceptFile(IRIS, { dataDir, name: 'iris', golden: GOLDEN });
  expect(manifest.verification.proof).toBe('golden');
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  golden.expected.predict[0] = 'not-a-flower';
  const altered = join(dataDir, 'golden.json');
  writeFileSync(altered, JSON.stringify(golden));
  expect(await refusal(acceptFile(IRIS, { dataDir, name: 'iris', golden: altered }))).toBe('GOLDEN_DIFFERS');
});

test('acceptFile() leaves nothing behind of a file it refuses', async () => {
  const hostile = join(dataDir, 'evil.pkl');
  // cos\nsystem\n(S'touch /tmp/canary'\ntR.
  writeFileSync(hostile, "cos\nsystem\n(S'touch /tmp/plimsoll-canary'\ntR.");
  expect(await refusal(acceptFile(hostile, { dataDir, name: 'evil' }))).toBe('READ_UNSAFE');
  expect(existsSync('/tmp/plimsoll-canary')).toBe(false);
  expect(existsSync(bundleDir(dataDir, digestFileSync(hostile)))).toBe(false);
});

test('acceptFile() runs a graph in onnxruntime, which alone can, and says so when it is asked for another engine', async () => {
  const graph = join(dataDir, 'two\nlines\\.onnx');
  cpSync(join(ONNX, 'function.onnx'), graph);
  const { manifest, bundle } = await acceptFile(graph, { dataDir, name: 'graph' });
  expect([manifest.runtime, manifest.verification.proof]).toEqual(['onnx', 'single-engine']);
  // No list of digests could hold that name.
  expect(manifest.file).toBe('two_lines_.onnx');
  expect(await isIntact(bundle, manifest)).toBe(true);
  const elsewhere = join(dataDir, 'elsewhere');
  const asked = acceptFile(graph, { dataDir: elsewhere, name: 'graph', runtime: 'native' });
  expect(await refusal(asked)).toBe('COMPILE_UNSUPPORTED');
});

test('acceptFile() gives a graph whose weights beside it changed a bundle of its own', async () => {
  const model = join(dataDir, 'external.onnx');
  for (const name of ['external.onnx', 'external.onnx.data']) cpSync(join(ONNX, name), join(dataDir, name));
  const { manifest, bundle } = await acceptFile(model, { dataDir, name: 'graph' });
  const side = manifest.sideFiles[0]!.name;
  expect(existsSync(join(bundle, 'original', side))).toBe(true);
  expect(manifest.size).toBe(statSync(model).size + statSync(join(dataDir, side)).size);
  const bytes = readFileSync(join(dataDir, side));
  bytes[3]! ^= 1;
  writeFileSync(join(dataDir, side), bytes);
  const again = await acceptFile(model, { dataDir, name: 'graph' });
  expect(again.manifest.digest).toBe(manifest.digest);
  expect(again.manifest.sideFiles[0]!.digest).not.toBe(manifest.sideFiles[0]!.digest);
  expect(again.bundle).not.toBe(bundle);
  expect(readManifest(bundle)).toEqual(manifest);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { decodeInput } from '../serving/rows/decode.ts';
import { admitFile } from './admit.ts';
import { originalPath } from './bundle.ts';
import { loadBundle } from './load.ts';
import { loadBeside } from './load-in-thread.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

// Each proof is a process: on a busy machine it takes its time.
vi.setConfig({ testTimeout: 120_000 });

const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-beside-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test.each([
  ['models/sklearn-1.9.1/columns-gb.pkl', 'native'],
  ['models/sklearn-1.9.1/columns-gb.pkl', 'onnx'],
  ['models/sklearn-1.2.2/hgb-classifier-categorical.pkl', 'native'],
] as const)('what a thread has read gives the same bits: %s, %s', async (file, runtime) => {
  const name = 'm';
  const admitted = await admitFile(join(FIXTURES, file), { dataDir: join(dataDir, runtime), name, runtime });
  const here = await loadBundle(admitted.bundle, name);
  const beside = await loadBeside(admitted.bundle, name, 1, 0);
  const { example, signature } = admitted.manifest;
  const batch = decodeInput({ instances: [example, example] }, signature);
  expect(beside.engine.id).toBe(here.engine.id);
  expect(await beside.engine.infer(batch)).toEqual(await here.engine.infer(batch));
  await Promise.all([here.engine.close(), beside.engine.close()]);
});

test('what stands in the way of a thread is thrown here', async () => {
  const file = join(FIXTURES, 'models/sklearn-1.9.1/columns-gb.pkl');
  const { bundle, manifest } = await admitFile(file, { dataDir: join(dataDir, 'gone'), name: 'm' });
  rmSync(originalPath(bundle, manifest));
  await expect(loadBeside(bundle, 'm', 1, 0)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

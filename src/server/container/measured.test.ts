import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { acceptFile } from '../../registry/accept.ts';
import { loadBundle } from '../../registry/load.ts';
import { measured } from './measured.ts';

const IRIS = join(import.meta.dirname, '../../../examples/iris.joblib');

let bundle: string;
beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-measured-'));
  const accepted = await acceptFile(IRIS, { dataDir, name: 'iris' });
  bundle = join(dataDir, 'packaged');
  cpSync(accepted.bundle, bundle, { recursive: true });
  const path = join(bundle, 'plimsoll.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), rowMicros: 0 }));
});

test('a packaged bundle is loaded without a cost, which is measured where it is served', async () => {
  const loaded = await loadBundle(bundle, 'iris');
  expect(loaded.manifest.rowMicros).toBe(0);
  let calls = 0;
  const infer: typeof loaded.engine.infer = (batch) => {
    calls += 1;
    return loaded.engine.infer(batch);
  };
  const { manifest } = await measured({ ...loaded, engine: { ...loaded.engine, infer } });
  // What loading saw were calls of code that was not compiled yet, and ten times too slow.
  expect(calls).toBeGreaterThan(0);
  expect(manifest.rowMicros).toBeGreaterThan(0);
});

test('a bundle that says what a row costs is taken at its word', async () => {
  const loaded = await loadBundle(bundle, 'iris');
  const said = { ...loaded, manifest: { ...loaded.manifest, rowMicros: 7 } };
  expect(await measured(said)).toBe(said);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import { ModelCatalog } from './catalog.ts';

const IRIS = join(import.meta.dirname, '../../../examples/iris.joblib');
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

test('a version that an earlier release made ready without loading it is loaded when it is pushed again', {
  timeout: 120_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-claim-'));
  const store = await openStore('sqlite::memory:');
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  const push = () => catalog.add('iris', { path: IRIS }, { by: 'ada' }, { current: async () => null });
  const { version, checks } = await push();
  const unloaded = checks.filter(({ name }) => name !== 'warm-up');
  await store.tables.versions.update('iris', version, { checks: unloaded });
  const loaded = { name: 'warm-up', ok: true };
  expect(await push()).toMatchObject({ version, state: 'ready', checks: [...unloaded, loaded] });
  expect((await push()).checks).toHaveLength(checks.length);
  await store.close();
  rmSync(dataDir, { recursive: true });
});

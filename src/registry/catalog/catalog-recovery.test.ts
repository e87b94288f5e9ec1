import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { openStore } from '../../store/open.ts';
import { addAndKill, stateAfterRecovery } from '../testing/killed.ts';
import { openUpload } from '../uploads.ts';
import { ModelCatalog } from './catalog.ts';

const IRIS = join(import.meta.dirname, '../../../examples/iris.joblib');
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-recovery-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const storeUrl = (): string => `sqlite:${join(dataDir, 'store.db')}`;

test('killed at any stage, a version is whole or refused after the next start, and nothing else is left', async () => {
  const random = seededRandom(20261126);
  for (const stage of ['reading', 'comparing engines', 'warming up', 'done']) {
    await addAndKill({ dataDir, storeUrl: storeUrl(), path: IRIS }, stage, random.next() * 60);
    const state = await stateAfterRecovery(dataDir, storeUrl());
    if (stage === 'done') expect(state).toBe('ready');
  }
}, 180_000);

test('recover() removes what uploads and proofs left behind, and leaves finished versions as they are', async () => {
  const store = await openStore('sqlite::memory:');
  const row = { model: 'm', digest: 'a'.repeat(64), file: 'm', checks: [], labels: {}, note: '' };
  for (const state of ['ready', 'validating', 'archived'] as const)
    await store.tables.versions.insert({ ...row, state, createdAt: Date.now(), createdBy: 'ada' });
  openUpload(dataDir);
  mkdirSync(join(dataDir, 'bundles', `${'b'.repeat(64)}.tmp-x`), { recursive: true });
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  expect(await catalog.recover()).toBe(1);
  const { items } = await store.tables.versions.list('m');
  expect(items.map(({ state }) => state)).toEqual(['archived', 'refused', 'ready']);
  expect(readdirSync(join(dataDir, 'uploads'))).toEqual([]);
  expect(readdirSync(join(dataDir, 'bundles'))).toEqual([]);
  const [entry] = (await store.tables.audit.list()).items;
  expect(entry).toMatchObject({ by: 'plimsoll', what: 'version.refused', subject: 'm@2' });
  await store.close();
});

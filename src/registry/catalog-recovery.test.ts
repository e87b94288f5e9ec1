import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { openStore } from '../store/open.ts';
import { Catalog } from './catalog.ts';
import { openUpload } from './uploads.ts';

const IRIS = join(import.meta.dirname, '../../examples/iris.joblib');
const actor = { by: 'ada' };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-recovery-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const url = (): string => `sqlite:${join(dataDir, 'store.db')}`;
const module = (path: string): string => pathToFileURL(join(import.meta.dirname, path)).href;

/** Adds a version in a process of its own, which says each stage that it comes to. */
function adding() {
  const script = `
    import { openStore } from '${module('../store/open.ts')}';
    import { Catalog } from '${module('catalog.ts')}';
    const [dataDir, url, path] = process.argv.slice(1);
    const silent = { info() {}, warn() {}, error() {} };
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    const store = await openStore(url);
    const catalog = new Catalog({ store, dataDir, clock, logger: silent });
    const onProgress = (stage) => process.stdout.write(stage + '\\n');
    process.stdout.write('opened\\n');
    await catalog.add('iris', { path }, { by: 'ada' }, { current: async () => null, onProgress });
    process.stdout.write('done\\n');
    await new Promise(() => setInterval(() => 0, 1000));`;
  return spawn(process.execPath, ['--input-type=module', '-e', script, dataDir, url(), IRIS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function killAt(stage: string, delay: number): Promise<void> {
  const child = adding();
  await new Promise<void>((resolve) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes(`${stage}\n`)) resolve();
    });
  });
  await pause(delay);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

test('killed at any moment, a version is whole or refused after the next start, and nothing else is left', async () => {
  const random = seededRandom(20261126);
  for (const stage of ['reading', 'comparing engines', 'warming up', 'done']) {
    await killAt(stage, random.next() * 60);
    const store = await openStore(url());
    const catalog = new Catalog({ store, dataDir, clock, logger });
    const recovered = await catalog.recover();
    const row = await store.tables.versions.get('iris', 1);
    expect(recovered).toBe(row?.state === 'refused' ? 1 : 0);
    if (row) expect(['ready', 'refused']).toContain(row.state);
    if (row?.state === 'refused') expect(row.checks[0]).toMatchObject({ ok: false, name: 'format' });
    if (stage === 'done') expect(row).toMatchObject({ state: 'ready' });
    const bundles = readdirSync(dataDir).includes('bundles') ? readdirSync(join(dataDir, 'bundles')) : [];
    expect(bundles.filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
    await store.close();
  }
  const store = await openStore(url());
  const catalog = new Catalog({ store, dataDir, clock, logger });
  expect(
    await catalog.add('iris', { path: IRIS }, actor, { current: () => Promise.resolve(null) }),
  ).toMatchObject({
    version: 1,
    state: 'ready',
  });
  await store.close();
}, 60_000);

test('recover() removes what uploads and proofs left behind, and leaves finished versions as they are', async () => {
  const store = await openStore('sqlite::memory:');
  const row = { model: 'm', digest: 'a'.repeat(64), file: 'm', checks: [], labels: {}, note: '' };
  for (const state of ['ready', 'validating', 'archived'] as const)
    await store.tables.versions.insert({ ...row, state, createdAt: Date.now(), createdBy: 'ada' });
  openUpload(dataDir);
  mkdirSync(join(dataDir, 'bundles', `${'b'.repeat(64)}.tmp-x`), { recursive: true });
  const catalog = new Catalog({ store, dataDir, clock, logger });
  expect(await catalog.recover()).toBe(1);
  const { items } = await store.tables.versions.list('m');
  expect(items.map(({ state }) => state)).toEqual(['archived', 'refused', 'ready']);
  expect(readdirSync(join(dataDir, 'uploads'))).toEqual([]);
  expect(readdirSync(join(dataDir, 'bundles'))).toEqual([]);
  const [entry] = (await store.tables.audit.list()).items;
  expect(entry).toMatchObject({ by: 'plimsoll', what: 'version.refused', subject: 'm@2' });
  await store.close();
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store, VersionState } from '../../store/store.ts';
import { ModelCatalog } from './catalog.ts';

const actor = { by: 'ada', reason: 'because' };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => 1000, monotonic: () => 0 };

let dataDir: string;
let store: Store;
let catalog: ModelCatalog;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-curation-'));
  store = await openStore('sqlite::memory:');
  catalog = new ModelCatalog({ store, dataDir, clock, logger });
});
afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const code = (name: string) => expect.objectContaining({ code: name });
const nobody = () => Promise.resolve(null);
const version = (state: VersionState = 'ready') =>
  store.tables.versions.insert({
    model: 'm',
    digest: 'a'.repeat(64),
    state,
    file: 'm.joblib',
    checks: [],
    labels: { team: 'a' },
    note: 'old',
    createdAt: 0,
    createdBy: 'ada',
  });
const lastAudit = async () => (await store.tables.audit.list()).items.at(-1);

test('labels and notes change one without the other, and who did it is kept', async () => {
  await version();
  expect(await catalog.change('m', 1, { note: 'new' }, actor)).toMatchObject({
    labels: { team: 'a' },
    note: 'new',
  });
  expect(await catalog.change('m', 1, { labels: {} }, actor)).toMatchObject({ labels: {}, note: 'new' });
  expect(await lastAudit()).toMatchObject({
    by: 'ada',
    what: 'version.changed',
    subject: 'm@1',
    body: { labels: {}, reason: 'because' },
  });
});

test('labels and notes without bounds are refused, and nothing changes', async () => {
  const row = await version();
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'v']));
  const cases: object[] = [
    { labels: many },
    { labels: { '': 'v' } },
    { labels: { 'a\nb': 'v' } },
    { labels: { a: 'v'.repeat(257) } },
    { labels: { a: 1 } },
    { note: 'n'.repeat(10_001) },
  ];
  for (const change of cases)
    await expect(catalog.change('m', 1, change, actor)).rejects.toEqual(code('VERSION_INVALID'));
  expect(await store.tables.versions.get('m', 1)).toEqual(row);
});

test('a version that does not exist is said so, whatever its number looks like', async () => {
  await version();
  for (const number of [0, -1, 1.5, 2, NaN, 2 ** 60])
    await expect(catalog.change('m', number, { note: '' }, actor)).rejects.toEqual(code('VERSION_UNKNOWN'));
  await expect(catalog.change('__proto__', 1, { note: '' }, actor)).rejects.toEqual(code('VERSION_UNKNOWN'));
});

test('an alias points at a ready version, moves, and goes; its name is never a number', async () => {
  await version();
  await version();
  await version('refused');
  await catalog.setAlias('m', 'prod', 1, actor);
  await catalog.setAlias('m', 'prod', 2, actor);
  expect(await store.tables.versions.aliases('m')).toEqual({ prod: 2 });
  expect(await lastAudit()).toMatchObject({ what: 'alias.changed', body: { alias: 'prod', from: 1, to: 2 } });
  await expect(catalog.setAlias('m', 'prod', 3, actor)).rejects.toEqual(code('VERSION_STATE'));
  await expect(catalog.setAlias('m', 'prod', 9, actor)).rejects.toEqual(code('VERSION_UNKNOWN'));
  for (const alias of ['7', '1.0', '', '-x', 'a b', 'a'.repeat(64), 'a@b'])
    await expect(catalog.setAlias('m', alias, 1, actor)).rejects.toEqual(code('VERSION_INVALID'));
  await catalog.setAlias('m', 'prod', null, actor);
  expect(await store.tables.versions.aliases('m')).toEqual({});
});

test('a version that a route, a rollback or a rollout needs, or that an alias means, is not archived', async () => {
  await version();
  const use = () => Promise.resolve('endpoint m answers with it');
  await expect(catalog.archive('m', 1, actor, use)).rejects.toThrow(
    'Cannot archive m@1: endpoint m answers with it',
  );
  await catalog.setAlias('m', 'prod', 1, actor);
  await expect(catalog.archive('m', 1, actor, nobody)).rejects.toThrow('the alias "prod" means it');
  expect(await store.tables.versions.get('m', 1)).toMatchObject({ state: 'ready' });
});

test('a rollout that begins while its version is being archived wins', async () => {
  await version();
  let asked = 0;
  const use = () => Promise.resolve(asked++ === 0 ? null : 'rollout ro_1 moves to it');
  await expect(catalog.archive('m', 1, actor, use)).rejects.toEqual(code('VERSION_IN_USE'));
  expect(await store.tables.versions.get('m', 1)).toMatchObject({ state: 'ready' });
});

test('only ready versions are archived, only archived ones come back, and not without their bundle', async () => {
  await version();
  await version('refused');
  await expect(catalog.archive('m', 2, actor, nobody)).rejects.toEqual(code('VERSION_STATE'));
  await expect(catalog.unarchive('m', 1, actor)).rejects.toEqual(code('VERSION_STATE'));
  expect(await catalog.archive('m', 1, actor, nobody)).toMatchObject({ state: 'archived' });
  expect(await lastAudit()).toMatchObject({ what: 'version.archived', subject: 'm@1' });
  await expect(catalog.unarchive('m', 1, actor)).rejects.toEqual(code('BUNDLE_GONE'));
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store, VersionState } from '../../store/store.ts';
import { bundleDir } from '../bundle.ts';
import { sweepStaging } from '../bundle-write.ts';
import { collectBundles, sizeOfGarbage } from './catalog-garbage.ts';

const actor = { by: 'ada' };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const NOW = Date.now();
const clock = { now: () => NOW, monotonic: () => 0 };
const HOURS = 3_600_000;

let dataDir: string;
let store: Store;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-garbage-'));
  store = await openStore('sqlite::memory:');
});
afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const digestOf = (letter: string): string => letter.repeat(64);

function bundle(letter: string, age = 2 * HOURS): void {
  const dir = bundleDir(dataDir, digestOf(letter));
  mkdirSync(join(dir, 'original'), { recursive: true });
  writeFileSync(join(dir, 'original', 'model'), 'x'.repeat(1000));
  writeFileSync(join(dir, 'plimsoll.json'), '{}');
  utimesSync(dir, new Date(NOW - age), new Date(NOW - age));
}
const version = (model: string, letter: string, state: VersionState) =>
  store.tables.versions.insert({
    model,
    digest: digestOf(letter),
    state,
    file: 'model',
    checks: [],
    labels: {},
    note: '',
    createdAt: 0,
    createdBy: 'ada',
  });
const left = (): string[] =>
  readdirSync(join(dataDir, 'bundles'))
    .map((name) => name[0]!)
    .sort();
const nobody = () => Promise.resolve(null);
const place = () => ({ store, dataDir, clock, logger });

test('bundles of ready and validating versions stay, those of refused, archived and no versions go', async () => {
  const states = { a: 'ready', b: 'validating', c: 'refused', d: 'archived' } as const;
  for (const [letter, state] of Object.entries(states)) {
    bundle(letter);
    await version('m', letter, state);
  }
  bundle('e');
  expect(await sizeOfGarbage(place(), nobody)).toEqual({ bundles: 3, bytes: 3 * 1002 });
  expect(left()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await collectBundles(place(), actor, nobody)).toEqual({ bundles: 3, bytes: 3 * 1002 });
  expect(left()).toEqual(['a', 'b']);
  expect(await sizeOfGarbage(place(), nobody)).toEqual({ bundles: 0, bytes: 0 });
  const [entry] = (await store.tables.audit.list()).items;
  expect(entry).toMatchObject({ what: 'bundles.collected', by: 'ada', body: { bundles: 3, bytes: 3006 } });
});

test('a bundle that another model needs, a rollback target, or a young one stays', async () => {
  for (const letter of ['a', 'b']) bundle(letter);
  bundle('c', HOURS / 2);
  await version('m', 'a', 'archived');
  await version('other', 'a', 'ready');
  await version('m', 'b', 'archived');
  const inUse = (model: string, number: number) =>
    Promise.resolve(model === 'm' && number === 2 ? 'endpoint m rolls back to it' : null);
  expect(await collectBundles(place(), actor, inUse)).toEqual({ bundles: 0, bytes: 0 });
  expect(left()).toEqual(['a', 'b', 'c']);
  expect((await store.tables.audit.list()).items).toEqual([]);
});

test('what is no bundle is left alone, and a removal that was cut short is swept away', async () => {
  bundle('a');
  const stranger = join(dataDir, 'bundles', 'notes');
  mkdirSync(stranger);
  const half = `${bundleDir(dataDir, digestOf('f'))}.tmp-half`;
  mkdirSync(half);
  await collectBundles(place(), actor, nobody);
  expect([existsSync(stranger), existsSync(half)]).toEqual([true, true]);
  sweepStaging(join(dataDir, 'bundles'), Infinity);
  expect([existsSync(stranger), existsSync(half)]).toEqual([true, false]);
});

test('without any bundle there is nothing to do', async () => {
  expect(await collectBundles(place(), actor, nobody)).toEqual({ bundles: 0, bytes: 0 });
});

test('more versions than a page are all looked at', async () => {
  for (let i = 0; i < 1005; i++) await version('m', i === 0 ? 'a' : 'b', i === 0 ? 'ready' : 'refused');
  bundle('a');
  await collectBundles(place(), actor, nobody);
  expect(left()).toEqual(['a']);
});

test('environments and logs go with the last bundle that names them; young ones stay', async () => {
  const old = new Date(NOW - 2 * HOURS);
  for (const letter of ['a', 'b', 'c']) {
    const environment = join(dataDir, 'environments', digestOf(letter));
    mkdirSync(environment, { recursive: true });
    const marker = join(environment, 'environment.json');
    writeFileSync(marker, '{}');
    if (letter !== 'c') utimesSync(marker, old, old);
    const log = join(dataDir, 'logs', `${digestOf(letter)}.log`);
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    for (const name of [log, `${log}.1`]) {
      writeFileSync(name, 'said\n');
      if (letter !== 'c') utimesSync(name, old, old);
    }
  }
  bundle('a');
  const manifest = { schema: 1, python: { environment: digestOf('a') } };
  writeFileSync(join(bundleDir(dataDir, digestOf('a')), 'plimsoll.json'), JSON.stringify(manifest));
  await version('m', 'a', 'ready');
  await collectBundles(place(), actor, nobody);
  const names = (folder: string): string[] => readdirSync(join(dataDir, folder)).map((name) => name[0]!);
  expect(names('environments').sort()).toEqual(['a', 'c']);
  expect(names('logs').sort()).toEqual(['a', 'a', 'c', 'c']);
});

test('while a row cannot be read nothing goes: what it needs is not known', async () => {
  const path = join(dataDir, 'plimsoll.db');
  await store.close();
  store = await openStore(`sqlite:${path}`);
  for (const letter of ['a', 'b']) {
    bundle(letter);
    await version(letter, letter, letter === 'a' ? 'ready' : 'refused');
  }
  const database = new DatabaseSync(path);
  database.exec(`update versions set checks = '{}' where model = 'a'`);
  database.close();
  await expect(collectBundles(place(), actor, nobody)).rejects.toMatchObject({ code: 'STORE_ROW_INVALID' });
  expect(left()).toEqual(['a', 'b']);
});

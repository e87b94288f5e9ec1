import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import { openStore } from '../store/open.ts';
import type { VersionRow, VersionState } from '../store/store.ts';
import { ModelCatalog } from './catalog/catalog.ts';
import { type FolderWatch, type FolderWatchOptions, watchModelFolder } from './watch.ts';

const IRIS = join(import.meta.dirname, '../../examples/iris.joblib');
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

let folder: string;
let watching: FolderWatch | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-watch-'));
  watching = null;
});
afterEach(async () => {
  await watching?.close();
  rmSync(folder, { recursive: true, force: true });
});

const row = (model: string, state: VersionState): VersionRow => ({
  model,
  version: 1,
  digest: '',
  state,
  file: '',
  checks: [{ name: 'format', ok: state !== 'refused', detail: 'said' }],
  labels: {},
  note: '',
  createdAt: 0,
  createdBy: '',
});

/** A watch that notes what it was to add, and what it logged. */
function start(
  answer: (path: string) => VersionState = () => 'ready',
  options: Partial<FolderWatchOptions> = {},
) {
  const added: string[] = [];
  const lines: string[] = [];
  const log = (_fields: object, message: string): void => void lines.push(message);
  watching = watchModelFolder({
    folder,
    add: async (model, path) => {
      added.push(`${model} ${basename(path)}`);
      return row(model, answer(path));
    },
    clock,
    logger: { info: log, warn: log, error: log },
    settleMillis: 200,
    pollMillis: 100,
    ...options,
  });
  return { added, lines };
}

test('a file becomes a version of the model called like it, one in a folder a version of that model', async () => {
  writeFileSync(join(folder, 'iris.joblib'), 'there before');
  const { added } = start();
  mkdirSync(join(folder, 'churn'));
  writeFileSync(join(folder, 'churn', '2026-11-26.pkl.gz'), 'dropped');
  await expect.poll(() => [...added].sort()).toEqual(['churn 2026-11-26.pkl.gz', 'iris iris.joblib']);
  await pause(500);
  expect(added).toHaveLength(2);
});

test('hidden and temporary names, other files, and folders that are no models are left alone', async () => {
  const { added } = start();
  for (const name of ['.iris.joblib', 'iris.joblib.tmp', 'iris.joblib.part', 'README.md', 'iris.joblib~'])
    writeFileSync(join(folder, name), 'x');
  mkdirSync(join(folder, 'not a model'));
  writeFileSync(join(folder, 'not a model', 'iris.joblib'), 'x');
  mkdirSync(join(folder, 'm', 'deeper'), { recursive: true });
  writeFileSync(join(folder, 'm', 'deeper', 'iris.joblib'), 'x');
  await pause(700);
  expect(added).toEqual([]);
  renameSync(join(folder, 'iris.joblib.tmp'), join(folder, 'iris.joblib'));
  await expect.poll(() => added).toEqual(['iris iris.joblib']);
});

test('a file that is still being written is not read until it has been at rest', async () => {
  const { added } = start(undefined, { settleMillis: 1000 });
  const path = join(folder, 'slow.onnx');
  for (let i = 0; i < 8; i++) {
    appendFileSync(path, 'more');
    await pause(80);
    expect(added).toEqual([]);
  }
  await expect.poll(() => added).toEqual(['slow slow.onnx']);
});

test('the same bytes are taken once a model, also where they were refused; other bytes are taken again', async () => {
  const { added, lines } = start(() => 'refused');
  const path = join(folder, 'bad.pkl');
  writeFileSync(path, 'one');
  await expect.poll(() => added.length).toBe(1);
  expect(lines).toEqual(['a file that was dropped is refused']);
  rmSync(path);
  await pause(250);
  writeFileSync(path, 'one');
  await pause(700);
  expect(added).toHaveLength(1);
  writeFileSync(path, 'two');
  await expect.poll(() => added.length).toBe(2);
});

test('one file that fails does not stop the others, and what was not its fault is said to be tried again', async () => {
  writeFileSync(join(folder, 'a.pkl'), 'a');
  writeFileSync(join(folder, 'b.pkl'), 'b');
  const again: unknown[] = [];
  const { added } = start(
    (path) => {
      if (basename(path) === 'a.pkl')
        throw new PlimsollError('DATA_UNWRITABLE', { path, reason: 'its disk is full' });
      return 'ready';
    },
    {
      logger: {
        info: () => undefined,
        warn: (fields) => void again.push((fields as { again: unknown }).again),
        error: () => undefined,
      },
    },
  );
  await expect.poll(() => added).toEqual(['a a.pkl', 'b b.pkl']);
  await pause(500);
  expect(added).toHaveLength(2);
  expect(again).toEqual([true]);
});

test('a folder that goes away and comes back is watched on, and said once', async () => {
  const { added, lines } = start();
  rmSync(folder, { recursive: true });
  await pause(500);
  expect(lines).toEqual(['the watched folder cannot be read']);
  mkdirSync(folder);
  writeFileSync(join(folder, 'iris.joblib'), 'x');
  await expect.poll(() => added).toEqual(['iris iris.joblib']);
});

test('after its close nothing is taken, and what was in hand is finished', async () => {
  let finished = false;
  start(() => 'ready', {
    add: async (model) => {
      await pause(300);
      finished = true;
      return row(model, 'ready');
    },
  });
  writeFileSync(join(folder, 'iris.joblib'), 'x');
  await pause(500);
  await watching!.close();
  writeFileSync(join(folder, 'late.joblib'), 'x');
  const before = finished;
  await pause(400);
  expect(finished).toBe(before);
});

test('what is no folder is not watched', () => {
  const invalid = expect.objectContaining({ code: 'WATCH_INVALID' });
  expect(() => start(undefined, { folder: join(folder, 'none') })).toThrow(invalid);
  expect(() => start(undefined, { folder: IRIS })).toThrow(invalid);
});

test('a real file that is dropped is a ready version of the catalog', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-watch-data-'));
  const store = await openStore('sqlite::memory:');
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  start(undefined, {
    add: (model, path) =>
      catalog.add(model, { path }, { by: 'watch' }, { current: () => Promise.resolve(null) }),
  });
  copyFileSync(IRIS, join(folder, '.incoming'));
  renameSync(join(folder, '.incoming'), join(folder, 'iris.joblib'));
  const state = async () => (await store.tables.versions.get('iris', 1))?.state;
  await expect.poll(state, { timeout: 100_000 }).toBe('ready');
  await watching!.close();
  await store.close();
  rmSync(dataDir, { recursive: true });
}, 120_000);

/** For tests: a process that adds a version, and is killed with its children's parent gone, as a machine kills. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { VersionState } from '../../store/store.ts';
import { bundlesDir } from '../bundle.ts';
import { ModelCatalog } from '../catalog/catalog.ts';

const module = (path: string): string => pathToFileURL(join(import.meta.dirname, path)).href;

export interface AddOrder {
  readonly dataDir: string;
  readonly storeUrl: string;
  readonly path: string;
}

/** Adds `path` as a version of `iris` in a process of its own, which says each stage that it comes to. */
function addInProcess({ dataDir, storeUrl, path }: AddOrder): ChildProcess {
  const script = `
    import { openStore } from '${module('../../store/open.ts')}';
    import { ModelCatalog } from '${module('../catalog/catalog.ts')}';
    const [dataDir, url, path] = process.argv.slice(1);
    const logger = { info() {}, warn() {}, error() {} };
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    const catalog = new ModelCatalog({ store: await openStore(url), dataDir, clock, logger });
    const onProgress = (stage) => process.stdout.write(stage + '\\n');
    process.stdout.write('opened\\n');
    await catalog.add('iris', { path }, { by: 'ada' }, { current: async () => null, onProgress });
    process.stdout.write('done\\n');
    setInterval(() => 0, 1000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', script, dataDir, storeUrl, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Kills a process that adds a version, `delay` milliseconds after it came to `stage`. */
export async function addAndKill(adding: AddOrder, stage: string, delay: number): Promise<void> {
  const child = addInProcess(adding);
  await new Promise<void>((resolve) => {
    let said = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes(`${stage}\n`)) resolve();
    });
  });
  await pause(delay);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/**
 * Starts again after a kill: the state of the version, after everything else was seen to be in order. A version is
 * `ready`, or `refused` with the reason, or was not numbered yet (null); no folder is left but whole bundles.
 */
export async function stateAfterRecovery(dataDir: string, storeUrl: string): Promise<VersionState | null> {
  const store = await openStore(storeUrl);
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  const before = await store.tables.versions.get('iris', 1);
  const recovered = await catalog.recover();
  const row = await store.tables.versions.get('iris', 1);
  expect(recovered).toBe(before?.state === 'validating' ? 1 : 0);
  expect(row?.state).toBe(before?.state === 'validating' ? 'refused' : before?.state);
  if (row?.state === 'refused') expect(row.checks[0]).toMatchObject({ ok: false, name: 'format' });
  if (row?.state === 'ready') expect((await catalog.accepted(row)).manifest.digest).toBe(row.digest);
  const bundles = existsSync(bundlesDir(dataDir)) ? readdirSync(bundlesDir(dataDir)) : [];
  expect(bundles.filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
  await store.close();
  return row?.state ?? null;
}

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RolloutSnapshot } from '../../control/rollouts/rollout-snapshot.ts';
import { begin, feedWindow, minute, REVENUE } from '../../rollout/experiment/testing/experiments.ts';
import { openStore } from '../../store/open.ts';
import type { RolloutRow, Store } from '../../store/store.ts';
import { ExperimentsFile } from './metrics-file.ts';

const ROW: RolloutRow = {
  ...{ id: 'ro_1', endpoint: 'offers', strategy: 'ab', candidate: 2, stable: 1 },
  binding: { candidate: 'b', stable: 'a', policyHash: 'p' },
  ...{ policy: REVENUE, seed: 5, reason: '', by: 'ada', startedAt: 0, endedAt: null },
  ...{ state: 'running', rolledBackAutomatically: false },
};

let dataDir: string;
let store: Store;
let errors: string[];
const path = (): string => join(dataDir, 'experiments', 'metrics.prom');

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'experiments-'));
  store = await openStore('sqlite::memory:');
  errors = [];
});
afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true });
});

function fileOf(isOwner = true): ExperimentsFile {
  const run = begin();
  feedWindow(run, minute(0, 1));
  const standing = async () => ({ row: ROW, state: run.state }) as unknown as RolloutSnapshot;
  const error = (_: object, message: string): void => void errors.push(message);
  const logger = { info: () => undefined, warn: () => undefined, error };
  return new ExperimentsFile({ dataDir, store, controller: { isOwner, snapshot: standing }, logger });
}

test('the file holds what runs, and is gone once nothing does', async () => {
  await store.tables.rollouts.insert(ROW);
  const file = fileOf();
  await file.update();
  expect(readFileSync(path(), 'utf8')).toContain('experiment_metric_units{endpoint="offers"');
  await store.tables.rollouts.update('ro_1', { state: 'promoted', endedAt: 1 });
  await file.update();
  expect(existsSync(path())).toBe(false);
});

test('what an earlier process left is removed, also by one that does not decide', async () => {
  await store.tables.rollouts.insert(ROW);
  await fileOf().update();
  expect(existsSync(path())).toBe(true);
  await fileOf(false).update();
  expect(existsSync(path())).toBe(false);
});

test('a folder that cannot be made is said once, and a store that is away leaves the file as it is', async () => {
  await store.tables.rollouts.insert(ROW);
  writeFileSync(join(dataDir, 'experiments'), 'a file in the way');
  const file = fileOf();
  await file.update();
  await file.update();
  expect(errors).toEqual(['Metrics of experiments cannot be written for the moment']);
  rmSync(join(dataDir, 'experiments'));
  await file.update();
  expect(existsSync(path())).toBe(true);
  await store.close();
  await file.update();
  expect(existsSync(path())).toBe(true);
  store = await openStore('sqlite::memory:');
});

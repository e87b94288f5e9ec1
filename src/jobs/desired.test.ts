import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../store/ledger/ledger.ts';
import { openLedger } from '../store/ledger/open.ts';
import { applyJobs } from './desired.ts';
import { LocalJobs } from './local.ts';

const HERE = { cores: 2, folder: '/home', isThere: () => false };
const ACTOR = { by: 'ann' };
const job = { model: 'churn@2', input: 'a.csv', key: 'id', output: 'b.csv' };

let dataDir: string;
let ledger: Ledger;
let jobs: LocalJobs;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-desired-'));
  ledger = await openLedger('sqlite::memory:');
  const clock = { now: () => 0, monotonic: () => 0 };
  jobs = new LocalJobs({ ledger, clock, holder: 'h', dataDir, surroundings: HERE });
});
afterEach(async () => {
  await ledger.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('jobs of a file', () => {
  it('are shown first, then made, and the second time nothing is left to do', async () => {
    const file = { one: job, two: { ...job, schedule: { triggers: ['webhook'] } } };
    const made = [
      { job: 'one', isNew: true, lines: [] },
      { job: 'two', isNew: true, lines: [] },
    ];
    expect(await applyJobs(jobs, file, HERE, null)).toEqual(made);
    expect((await jobs.jobs()).items).toEqual([]);
    expect(await applyJobs(jobs, file, HERE, ACTOR)).toEqual(made);
    expect((await jobs.job('two')).schedule?.triggers).toEqual([{ kind: 'webhook' }]);
    expect(await applyJobs(jobs, file, HERE, ACTOR)).toEqual([]);
    expect((await ledger.job('one'))?.generation).toBe(1);
  });

  it('that are another now say in what', async () => {
    await applyJobs(jobs, { one: job, stays: job }, HERE, ACTOR);
    const changes = await applyJobs(jobs, { one: { ...job, model: 'churn@3', columns: ['a'] } }, HERE, ACTOR);
    expect(changes).toEqual([
      { job: 'one', isNew: false, lines: ['model: churn@2 → churn@3', 'columns: none → a'] },
    ]);
    expect((await jobs.jobs()).items.map(({ name }) => name)).toEqual(['one', 'stays']);
  });

  it('have their passwords renewed, of which nothing is told', async () => {
    const to = (password: string) => ({ one: { ...job, output: `postgres://u:${password}@h/d?table=t` } });
    await applyJobs(jobs, to('first'), HERE, ACTOR);
    expect(await applyJobs(jobs, to('second'), HERE, ACTOR)).toEqual([]);
    expect(readFileSync(join(dataDir, 'keys', 'jobs', 'one.json'), 'utf8')).toContain('second');
  });

  it('are all refused where one is wrong', async () => {
    const wrong = [
      { one: job, two: { ...job, key: '' } },
      { one: job, two: { ...job, schedule: { triggers: ['never'] } } },
    ];
    for (const file of wrong) {
      await expect(applyJobs(jobs, file, HERE, ACTOR)).rejects.toMatchObject({ code: 'SPEC_INVALID' });
      expect((await jobs.jobs()).items).toEqual([]);
    }
    expect(await applyJobs(jobs, undefined, HERE, ACTOR)).toEqual([]);
  });
});

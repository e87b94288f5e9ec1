import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSigner } from '../signing/signer.ts';
import { briefJob } from './brief-run.ts';
import { LocalJobs } from './local.ts';
import { openReceipt } from './receipt/signed.ts';
import { claimRun } from './run/begin.ts';
import { Bench, ROWS } from './run/testing/bench.ts';
import { surroundingsHere } from './spec/surroundings.ts';

let bench: Bench;
let jobs: LocalJobs;
let first: string;
const MENDED = {
  id: 2500,
  age: 30,
  income: 12_000.5,
  city: 'Oslo',
  plan: 'pro',
  tenure: 1.5,
  note: 'mended',
};

beforeAll(async () => {
  bench = await Bench.open();
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const place = { ledger: bench.ledger, dataDir: bench.folder, surroundings: surroundingsHere() };
  jobs = new LocalJobs({ ...place, clock, holder: 'tester' });
  await bench.writeWith('id', 'NULL', 'id IN (2500, 2600)');
  await bench.run(bench.spec());
  first = (await bench.ledger.latest('nightly'))!.id;
}, 60_000);
afterAll(() => bench.close());

test('rows without an answer are listed with their cells, and counted', async () => {
  const { items, next } = await jobs.rejects('nightly', first);
  expect([items.length, next]).toEqual([2, null]);
  expect(items[0]).toMatchObject({ code: 'missing_key', column: 'id', key: null, cells: { plan: 'basic' } });
  expect(await jobs.rejectGroups('nightly', first)).toMatchObject({
    groups: [{ code: 'missing_key', rows: 2 }],
    isWhole: true,
  });
  await expect(jobs.rejects('nightly', 'none')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
});

test('a receipt comes signed; where it is to be brief, without what grows with the input', async () => {
  const { publicKey } = openSigner(bench.folder, undefined).publicKey;
  const receipt = openReceipt(await jobs.receipt('nightly', first), publicKey);
  expect(receipt).toMatchObject({ run: first, rows: { read: ROWS, ok: ROWS - 2 } });
  const [listed] = (await jobs.runs('nightly')).items;
  expect(listed).toEqual(await jobs.run('nightly', first));
  expect(listed?.receipt).toHaveProperty('accounts');
  const { latest } = briefJob(await jobs.job('nightly'));
  expect(latest?.receipt).toMatchObject({ rows: receipt.rows });
  expect(latest?.receipt).not.toHaveProperty('accounts');
  expect(latest?.receipt).not.toHaveProperty('distributions');
});

test('the first run has nothing to be compared with', async () => {
  const { before, columns } = await jobs.outputs('nightly', first);
  expect(before).toBeNull();
  expect(columns.map(({ column }) => column)).toContain('predict');
});

test('rows that were put right are scored again by a server, once, and join the output', async () => {
  // Each is put together by a process of its own, of which there are two at once.
  const unfit = Array.from({ length: 3 }, () =>
    jobs.replay('nightly', first, { rows: [{ ...MENDED, id: null }] }),
  );
  expect(await Promise.allSettled(unfit)).toMatchObject([
    { reason: { code: 'REQUEST_INVALID', details: { problems: expect.stringContaining('rows[0]') } } },
    { reason: { code: 'REQUEST_INVALID' } },
    { reason: { code: 'OVERLOADED' } },
  ]);
  const { run, isNew } = await jobs.replay('nightly', first, { rows: [MENDED] });
  expect([isNew, run.state, run.cause]).toEqual([true, 'queued', 'replay']);
  expect(await jobs.replay('nightly', first, { rows: [MENDED] })).toMatchObject({
    isNew: false,
    run: { id: run.id },
  });
  // What that one adds would be added once more.
  await expect(jobs.replay('nightly', first, {})).rejects.toMatchObject({
    code: 'JOB_STATE',
    details: { found: `is number ${run.number}, which is queued` },
  });
  const row = (await bench.ledger.run(run.id))!;
  const receipt = await bench.run(row.spec as never, { row: await claimRun(bench.beginner, row) });
  expect(receipt.rows).toMatchObject({ ok: ROWS - 1, rejected: 2 });
  expect((await bench.published()).at(-1)?.slice(0, 2)).toEqual(['2500', 'mended']);
  // What the first run has left out may be in the output by now.
  await expect(jobs.replay('nightly', first, {})).rejects.toMatchObject({ code: 'JOB_STATE' });
}, 30_000);

test('another run is compared with the one before that was no replay, and may be held and released', async () => {
  await bench.writeWith('plan', `'pro'`, 'true');
  const job = await bench.ledger.job('nightly');
  const spec = bench.spec({}, { holdDistance: 0.0001 });
  const begun = await bench.ledger.begin(
    { ...job!, createdAt: 1, createdBy: 'tester' },
    { id: 'second', cause: 'server', due: 'server/2', spec, state: 'queued', createdAt: 1, notBefore: 0 },
  );
  const held = bench.run(spec, { row: await claimRun(bench.beginner, begun!) });
  await expect(held).rejects.toMatchObject({ code: 'JOB_HELD' });
  const { before, columns } = await jobs.outputs('nightly', 'second');
  expect(before).toMatchObject({ run: first });
  expect(columns[0]?.distance).toBeGreaterThan(0);
  await expect(jobs.receipt('nightly', 'second')).rejects.toMatchObject({ code: 'JOB_STATE' });
  expect(await jobs.release('nightly', 'second')).toMatchObject({ state: 'publishing', error: null });
  await expect(jobs.release('nightly', 'second')).rejects.toMatchObject({ code: 'JOB_STATE' });
  const row = (await bench.ledger.run('second'))!;
  await bench.run(spec, { row: await claimRun(bench.beginner, row) });
  expect(await jobs.run('nightly', 'second')).toMatchObject({ state: 'done' });
}, 30_000);

test('rows that are on another machine are said to be there', async () => {
  rmSync(join(bench.folder, 'jobs', first, 'rejects.jsonl'));
  await expect(jobs.rejects('nightly', first)).rejects.toMatchObject({ code: 'REJECTS_ELSEWHERE' });
});

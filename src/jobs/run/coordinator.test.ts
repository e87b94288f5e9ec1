import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunRow } from '../../store/ledger/ledger.ts';
import type { RunReceipt } from '../receipt/receipt.ts';
import type { DeadLetter } from '../worker/dead-letters.ts';
import { claimRun } from './begin.ts';
import { type MendedRows, mendedRowsIn, type ReplayRun, replayOf } from './replay.ts';
import { Bench, query, ROWS } from './testing/bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const lettersOf = (path: string): DeadLetter[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DeadLetter);

test('every row is answered as a request would be, in the order of the input, under a receipt that adds up', async () => {
  const receipt = await bench.run(bench.spec());
  expect(await bench.published()).toEqual(await bench.expected());
  expect(receipt).toMatchObject({
    job: 'nightly',
    state: 'done',
    rows: { read: ROWS, ok: ROWS, rejected: 0, failed: 0, skipped: 0 },
    output: { where: bench.output, rows: ROWS },
    rejects: null,
    attempts: 1,
  });
  const output = createHash('sha256').update(readFileSync(bench.output)).digest('hex');
  expect(receipt.digests.output).toBe(output);
  const keys = receipt.accounts.map(({ from, to }) => {
    const ids = Array.from({ length: Number(to) - Number(from) }, (_, i) => `${1000 + Number(from) + i}\n`);
    return createHash('sha256').update(ids.join('')).digest('hex');
  });
  expect(receipt.accounts.map((account) => account.keys)).toEqual(keys);
  expect(await bench.ledger.latest('nightly')).toMatchObject({ state: 'done', holder: null, receipt });
  // Nothing is left beside the output.
  expect(readdirSync(bench.folder).filter((name) => name.includes('scored'))).toEqual(['scored.parquet']);
});

test('rows that do not fit are left out and kept with place, key and reason', async () => {
  await bench.writeWith('tenure', "'Infinity'::DOUBLE", 'id % 1000 = 7');
  await bench.writeWith('id', 'NULL', 'id = 2500');
  const receipt = await bench.run(bench.spec());
  expect(receipt.rows).toEqual({ read: ROWS, ok: ROWS - 1, rejected: 1, failed: 0, skipped: 0 });
  const [letter] = lettersOf(receipt.rejects!.where);
  expect(letter).toMatchObject({
    row: 1500,
    path: bench.input,
    key: null,
    outcome: 'rejected',
    code: 'missing_key',
    column: 'id',
  });
  expect(await bench.published()).toEqual(await bench.expected('id IS NOT NULL'));
});

test('a run whose budget is exceeded stops, publishes nothing and says why', async () => {
  await bench.writeWith('city', "'Atlantis'", 'id % 2 = 0');
  const budget = { rows: 100, share: null };
  await bench.writeWith('id', 'NULL', 'id % 10 = 0');
  await expect(bench.run(bench.spec({}, { budget }))).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
  expect(existsSync(bench.output)).toBe(false);
  const run = await bench.ledger.latest('nightly');
  expect(run).toMatchObject({ state: 'failed', holder: null, error: { code: 'BUDGET_EXCEEDED' } });
  expect(readdirSync(bench.folder).filter((name) => name.includes('scored'))).toEqual([]);
  expect(existsSync(join(bench.folder, 'jobs', run!.id, 'rejects.jsonl'))).toBe(true);
});

test('a job that runs is not taken by another', async () => {
  const spec = bench.spec();
  const first = await bench.claim(spec);
  await expect(bench.claim(spec)).rejects.toMatchObject({
    code: 'JOB_RUNNING',
    details: { job: 'nightly', run: first.id },
  });
  await bench.run(spec, { row: first });
  expect(await bench.published()).toHaveLength(ROWS);
});

test('a run that is stopped keeps what it has, and comes to the same when it goes on', async () => {
  const spec = bench.spec();
  const stop = new AbortController();
  const stopped = bench.run(spec, {
    stop: stop.signal,
    onStep: ({ phase, share }) => {
      if (phase === 'scoring' && (share ?? 0) > 0.3) stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'JOB_INTERRUPTED', details: { job: 'nightly' } });
  const kept = await bench.ledger.latest('nightly');
  expect(kept).toMatchObject({ state: 'running', holder: null });
  const done = (await bench.ledger.chunks(kept!.id)).length;
  expect(done).toBeGreaterThan(0);
  expect(existsSync(bench.output)).toBe(false);
  const receipt = await bench.run(spec);
  expect(receipt).toMatchObject({ run: kept!.id, attempts: 2, rows: { read: ROWS, ok: ROWS } });
  expect(await bench.published()).toEqual(await bench.expected());
});

test('a run that was taken by another writes nothing more', async () => {
  const spec = bench.spec();
  const row = await bench.claim(spec);
  let taken = false;
  const robbed = bench.run(spec, {
    row,
    onStep: ({ phase }) => {
      if (phase !== 'scoring' || taken) return;
      taken = true;
      void bench.ledger.claim(row.id, 'another', Date.now(), 60_000, row.holder!);
    },
  });
  await expect(robbed).rejects.toMatchObject({ code: 'FENCE_LOST' });
  expect(await bench.ledger.run(row.id)).toMatchObject({ holder: 'another', state: 'running' });
  expect(existsSync(bench.output)).toBe(false);
});

test('another input under the same run is refused with the difference, and the run waits for the one it knows', async () => {
  const spec = bench.spec();
  const stop = new AbortController();
  const onStep = ({ phase }: { phase: string }): void => {
    if (phase === 'scoring') stop.abort();
  };
  await expect(bench.run(spec, { stop: stop.signal, onStep })).rejects.toMatchObject({
    code: 'JOB_INTERRUPTED',
  });
  const before = readFileSync(bench.input);
  await bench.writeWith('age', '99', 'id = 1000');
  await expect(bench.run(spec)).rejects.toMatchObject({
    code: 'JOB_CHANGED',
    message: expect.stringMatching(/input .*customers.parquet: .* bytes sha256 .* → .* sha256/),
  });
  expect(await bench.ledger.latest('nightly')).toMatchObject({ state: 'running', holder: null });
  writeFileSync(bench.input, before);
  expect(await bench.run(spec)).toMatchObject({ rows: { ok: ROWS } });
});

test('an attempt that is asked for wrongly, or finds its files gone, takes nothing from the run', async () => {
  const spec = bench.spec();
  const stop = new AbortController();
  const onStep = ({ phase }: { phase: string }): void => {
    if (phase === 'scoring') stop.abort();
  };
  await expect(bench.run(spec, { stop: stop.signal, onStep })).rejects.toMatchObject({
    code: 'JOB_INTERRUPTED',
  });
  const kept = { state: 'running', holder: null };
  const another = { ...spec, columns: ['nobody'] };
  await expect(bench.run(another)).rejects.toMatchObject({ code: 'INPUT_COLUMNS' });
  expect(await bench.ledger.latest('nightly')).toMatchObject(kept);
  await expect(bench.run({ ...spec, key: 'nobody' })).rejects.toMatchObject({
    code: 'JOB_CHANGED',
    details: { list: ['key: id → nobody'] },
  });
  renameSync(bench.input, `${bench.input}.away`);
  await expect(bench.run(spec)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(await bench.ledger.latest('nightly')).toMatchObject(kept);
  renameSync(`${bench.input}.away`, bench.input);
  expect(await bench.run(spec)).toMatchObject({ rows: { ok: ROWS }, attempts: 5 });
});

test('an input that changes while it is scored is noticed before anything is published', async () => {
  let touched = false;
  const run = bench.run(bench.spec(), {
    onStep: ({ phase }) => {
      if (phase !== 'checks' || touched) return;
      touched = true;
      utimesSync(bench.input, 1, 1);
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'INPUT_CHANGED', details: { path: bench.input } });
  expect(existsSync(bench.output)).toBe(false);
});

test('a run that comes out unlike the last one is held back, and published when a person says so', async () => {
  await bench.run(bench.spec());
  const first = await bench.published();
  await bench.writeWith('income', '1', 'true');
  const spec = bench.spec({ job: 'nightly' }, { holdDistance: 0.05 });
  const row = await bench.ledger.begin(
    { name: 'nightly', spec, createdAt: 1, createdBy: 'tester' },
    { id: 'second', cause: 'manual', due: 'manual/2', spec, state: 'planning', createdAt: 1, notBefore: 1 },
  );
  const claimed = await claimRun(bench.beginner, row!);
  await expect(bench.run(spec, { row: claimed })).rejects.toMatchObject({
    code: 'JOB_HELD',
    details: { reason: expect.stringContaining('is distributed') },
  });
  expect(await bench.published()).toEqual(first);
  const held = await claimRun(bench.beginner, (await bench.ledger.run('second'))!);
  expect(held.state).toBe('held');
  const receipt = await bench.run(spec, { row: { ...held, state: 'publishing' } });
  expect(receipt.checks).toEqual([expect.objectContaining({ name: 'distribution', ok: false })]);
  expect(await bench.published()).toEqual(await bench.expected());
});

test('a key that comes again is refused with both its rows, before anything is published', async () => {
  await bench.writeWith('id', '1003', 'id = 5500');
  await expect(bench.run(bench.spec({}, { duplicates: 'fail' }))).rejects.toMatchObject({
    code: 'KEY_DUPLICATE',
    message: expect.stringContaining('"1003" in row'),
  });
  expect(existsSync(bench.output)).toBe(false);
});

test('the later rows of a key are left out where the job says so', async () => {
  await bench.writeWith('id', '1003', 'id = 5500 OR id = 2001');
  const receipt = await bench.run(bench.spec({}, { duplicates: 'skip' }));
  expect(receipt.rows).toEqual({ read: ROWS, ok: ROWS - 2, rejected: 0, failed: 0, skipped: 2 });
  const letters = lettersOf(receipt.rejects!.where);
  expect(letters.map(({ row, key, outcome, code }) => [row, key, outcome, code])).toEqual([
    [1001, '1003', 'skipped', 'KEY_DUPLICATE'],
    [4500, '1003', 'skipped', 'KEY_DUPLICATE'],
  ]);
  expect(await bench.published()).toEqual(await bench.expected('id <> 1003 OR note = \'note "3"\''));
});

test('a worker that is killed costs nothing but time', async () => {
  const children = (): string[] =>
    readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const before = new Set(children());
  let killed = false;
  const receipt = await bench.run(bench.spec({}, { chunkRows: 500 }), {
    onStep: ({ phase }) => {
      if (phase !== 'scoring' || killed) return;
      killed = true;
      const worker = children().find((pid) => !before.has(pid));
      process.kill(Number(worker), 'SIGKILL');
    },
  });
  expect(killed).toBe(true);
  expect(receipt.rows).toMatchObject({ read: ROWS, ok: ROWS });
  expect(await bench.published()).toEqual(await bench.expected());
});

test('rows that were mended join the output, once, and the books of the run go on', async () => {
  await bench.writeWith('id', 'NULL', 'id IN (2500, 2600)');
  const spec = bench.spec();
  const first = await bench.run(spec);
  expect(first.rows).toMatchObject({ ok: ROWS - 2, rejected: 2 });
  const mended = join(bench.folder, 'mended.jsonl');
  const row = { id: 2500, age: 30, income: 12_000.5, city: 'Oslo', plan: 'pro', tenure: 1.5, note: 'mended' };
  writeFileSync(mended, `${JSON.stringify(row)}\n`);
  const base = (await bench.ledger.latest('nightly'))!;
  const request = { base, dataDir: bench.folder, mended: mendedRowsIn(mended), model: null };
  const replay = replayOf(request);
  const receipt = await finished(replay, await begin(replay));
  expect(receipt.rows).toMatchObject({ ok: ROWS - 1, rejected: 2 });
  const published = await bench.published();
  expect(published.slice(0, -1)).toEqual(await bench.expected('id IS NOT NULL'));
  expect(published.at(-1)?.slice(0, 2)).toEqual(['2500', 'mended']);
  // A row that is in the output by now is nothing to be mended.
  writeFileSync(mended, `${JSON.stringify({ ...row, id: 1001 })}\n`.repeat(3));
  const done = (await bench.ledger.latest('nightly'))!;
  expect(() => replayOf({ ...request, base: done, mended: mendedRowsIn(mended) })).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  );
});

const begin = async (replay: ReplayRun): Promise<RunRow> =>
  (await bench.ledger.begin(
    { name: 'nightly', spec: replay.spec, createdAt: 1, createdBy: 'tester' },
    { ...replay, cause: 'replay', state: 'planning', createdAt: 1, notBefore: 1 },
  ))!;

const finished = async (replay: ReplayRun, run: RunRow): Promise<RunReceipt> =>
  bench.run(replay.spec, { row: await claimRun(bench.beginner, run) });

/** Replays rows of a run that is done, to the end. */
async function replayed(mended: MendedRows | null): Promise<RunReceipt> {
  const base = (await bench.ledger.latest('nightly'))!;
  const replay = replayOf({ base, dataDir: bench.folder, mended, model: null });
  return finished(replay, await begin(replay));
}

const asGiven = (rows: readonly unknown[]): MendedRows => ({
  rows,
  refuse: (_, found) => new Error(found) as never,
});

test('of two replays that were begun of one run, the second adds nothing', async () => {
  await bench.writeWith('id', 'NULL', 'id IN (2500)');
  await bench.run(bench.spec());
  const base = (await bench.ledger.latest('nightly'))!;
  const row = { id: 2500, age: 30, income: 12_000.5, city: 'Oslo', plan: 'pro', tenure: 1.5, note: 'first' };
  const requests = [row, { ...row, note: 'second' }].map((one) =>
    replayOf({ base, dataDir: bench.folder, mended: asGiven([one]), model: null }),
  );
  const [first, second] = requests as [ReplayRun, ReplayRun];
  const begun = [await begin(first), await begin(second)] as const;
  expect((await finished(first, begun[0])).rows).toMatchObject({ ok: ROWS });
  const published = await bench.published();
  await expect(finished(second, begun[1])).rejects.toMatchObject({ code: 'JOB_STATE' });
  expect(await bench.published()).toEqual(published);
});

test('whole numbers of a table are numbers again when their row is replayed, to the last digit', async () => {
  const input = join(bench.folder, 'whole.parquet');
  await bench.write(
    `SELECT CASE WHEN id = 2500 THEN NULL ELSE id END AS id, 9007199254740993 + id AS big, age::BIGINT AS age,
      income, city, plan, tenure FROM read_parquet('${bench.input}')`,
    input,
  );
  await bench.run(bench.spec({ source: { uri: input, format: null }, columns: ['big'] }));
  const row = {
    id: '2500',
    big: '9007199254743493',
    age: '41',
    income: 9,
    city: 'Oslo',
    plan: 'pro',
    tenure: 1,
  };
  expect((await replayed(asGiven([row]))).rows).toMatchObject({ ok: ROWS });
  const [last] = await query(`SELECT id, big FROM '${bench.output}' WHERE id = 2500`);
  expect(last).toEqual({ id: '2500', big: '9007199254743493' });
});

test('rows of CSV that are all put right stay rows of CSV, also where no row was ok before', async () => {
  const input = join(bench.folder, 'rows.csv');
  const head = 'id,age,income,city,plan,tenure';
  writeFileSync(input, `${head}\n1,old,5000,Oslo,pro,1\n2,young,6000,"Oslo, N",pro,2\n`);
  const first = await bench.run(bench.spec({ source: { uri: input, format: null }, columns: [] }));
  expect(first.rows).toMatchObject({ ok: 0, rejected: 2 });
  const cells = { income: '5000', city: 'Oslo, N', plan: 'pro', tenure: '1' };
  const both = [
    { ...cells, id: '1', age: '70' },
    { ...cells, id: '2', age: '20' },
  ];
  expect((await replayed(asGiven(both))).rows).toMatchObject({ ok: 2, rejected: 0 });
});

/** Databases that take connections and say nothing: other jobs run meanwhile, and what waits says why. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunView } from '../../src/jobs/port.ts';
import { type JobsRuntime, openJobsRuntime } from '../../src/server/jobs/runtime.ts';
import { example } from '../cli.ts';

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const LIMIT = 120_000;
const ACTOR = { by: 'test' };

let folder: string;
let on: JobsRuntime;
/** Connections that were made to the database, by when: milliseconds since the epoch. */
let knocks: number[];
const database = createServer();
const sockets = new Set<Socket>();
database.on('connection', (socket) => {
  knocks.push(Date.now());
  sockets.add(socket);
  socket.on('error', () => undefined);
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-silent-'));
  mkdirSync(join(folder, 'data'));
  knocks = [];
  database.listen(0, '127.0.0.1');
  const url = `sqlite:${join(folder, 'data/jobs.sqlite')}`;
  on = await openJobsRuntime({ dataDir: join(folder, 'data'), url, logger: QUIET });
});
afterEach(async () => {
  await on.close();
  for (const socket of sockets) socket.destroy();
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const define = (job: string, input: string) =>
  on.jobs.define(
    job,
    { model: example('iris.joblib'), input, key: 'id', output: join(folder, `${job}.csv`) },
    ACTOR,
  );

/** Looks as often as a server does until that holds of the run. */
async function until(job: string, holds: (run: RunView) => boolean): Promise<RunView> {
  for (const began = Date.now(); Date.now() - began < LIMIT; await sleep(250)) {
    await on.look();
    const [run] = (await on.jobs.runs(job)).items;
    if (holds(run!)) return run!;
  }
  throw new Error(JSON.stringify((await on.jobs.runs(job)).items));
}

test('as many of them as there are places keep no other job from being done', {
  timeout: LIMIT,
}, async () => {
  const { port } = database.address() as AddressInfo;
  const places = Math.max(1, Math.floor(availableParallelism() / 2));
  const silent = Array.from({ length: places }, (_, k) => `silent-${k}`);
  for (const job of silent) await define(job, `postgres://me@127.0.0.1:${port}/shop?table=people`);
  const input = join(folder, 'in.csv');
  writeFileSync(input, 'id,sepal_length,sepal_width,petal_length,petal_width\n1,5.1,3.5,1.4,0.2\n');
  await define('good', input);
  for (const job of [...silent, 'good']) await on.jobs.start(job, 'server', 'once');
  await until('good', ({ state }) => state === 'done');
  expect(readFileSync(join(folder, 'good.csv'), 'utf8')).toContain('setosa');
  const waiting = await until(silent[0]!, ({ attempt }) => attempt === 2);
  expect(waiting).toMatchObject({ state: 'queued', error: { code: 'SOURCE_UNAVAILABLE' } });
  // Since its last try: a slow machine sees this late.
  expect(waiting.notBefore - knocks.at(-1)!).toBeGreaterThan(20_000);
  const tried = knocks.length;
  for (let looks = 0; looks < 12; looks++, await sleep(250)) await on.look();
  expect(knocks).toHaveLength(tried);
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { LOCAL_ACCESS } from '../../config/access.ts';
import { bindListener } from './listener.ts';
import { WorkerSupervisor, type WorkerSupervisorOptions } from './worker-supervisor.ts';

/** A worker that is this code, in place of a server. */
function entry(code: string): URL {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'entry.mjs');
  writeFileSync(path, code);
  return pathToFileURL(path);
}

const logged: object[] = [];
const logger = {
  info: () => undefined,
  warn: (fields: object) => void logged.push(fields),
  error: () => undefined,
};
const paths = { controlSocket: '/none', dataDir: '/none' };
const access = LOCAL_ACCESS;
const options = {
  workers: 2,
  replica: 'r',
  ...paths,
  maxBody: 1,
  connections: { maxConnections: 1, maxReceiving: 1, peerShare: 1 },
  captures: false,
  access,
  tls: null,
  logger,
};

async function startWorkers(given: WorkerSupervisorOptions): Promise<WorkerSupervisor> {
  const workers = new WorkerSupervisor(given, await bindListener({ host: '127.0.0.1', port: 0 }));
  await Promise.race([workers.ready, workers.ended]);
  return workers;
}

test('a taken port is said before anything is started', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as AddressInfo;
  const failed = bindListener({ host: '127.0.0.1', port });
  await expect(failed).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    details: { reason: 'the port is taken' },
  });
  holder.close();
});

test.each(['nowhere.invalid', '203.0.113.1'])(
  'the address %s is refused with what the system says',
  async (host) => {
    await expect(bindListener({ host, port: 0 })).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  },
);

test('the URL names the port taken', async () => {
  const { url, port, handle } = await bindListener({ host: 'localhost', port: 0 });
  expect(url).toBe(`http://localhost:${port}`);
  handle.close();
});

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);
test.skipIf(!hasIPv6)('an IPv6 address stands in brackets (skipped where there is none)', async () => {
  const { url, port, handle } = await bindListener({ host: '::1', port: 0 });
  expect(url).toBe(`http://[::1]:${port}`);
  handle.close();
});

test('a worker that ends at its start again and again ends the others too, and says why', async () => {
  const code = `process.once('message', ({ settings }) => {
    if (settings.worker === 2) process.exit(3);
    process.send({ kind: 'ready' });
    process.on('message', ({ kind }) => kind === 'leave' && process.exit(0));
  });`;
  logged.length = 0;
  const failed = startWorkers({ ...options, entry: entry(code) });
  await expect(failed).rejects.toMatchObject({
    code: 'WORKER_FAILED',
    exit: 1,
    details: { process: 'worker 2', times: 5, reason: 'exit code 3' },
  });
  expect(logged).toEqual([100, 200, 400, 800].map((delay) => ({ worker: 2, reason: 'exit code 3', delay })));
});

test('what a first worker refuses is not tried again', async () => {
  const code = `process.once('message', () => {
    const error = { code: 'FILE_NOT_FOUND', details: { path: 'x' } };
    process.send({ kind: 'refused', error }, () => process.exit(1));
  });`;
  logged.length = 0;
  const failed = startWorkers({ ...options, entry: entry(code) });
  await expect(failed).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', details: { path: 'x' } });
  expect(logged).toEqual([]);
});

/** A worker that follows what it is told, and has a version `bad` that it cannot load. */
const OBEDIENT = `let ready = false;
  process.on('message', ({ kind, snapshot, settings }) => {
    if (kind === 'leave') process.exit(0);
    const given = snapshot ?? settings?.snapshot;
    if (!given) return;
    const { sequence, versions } = given;
    const bad = versions.some(({ model }) => model === 'bad');
    const error = { code: 'VERSION_NOT_LOADED', details: { model: 'bad', version: 1, reason: 'x' } };
    const loaded = versions.map(({ model, version }) => model + '@' + version);
    process.send(bad ? { kind: 'unfollowed', sequence, error } : { kind: 'followed', sequence, loaded });
    if (kind !== 'prepare' && !ready) process.send({ kind: 'ready' });
    if (kind !== 'prepare') ready = true;
    process.send({ kind: 'piece', piece: { window: sequence } });
  });`;
const snapshot = (sequence: number, ...models: readonly string[]) => ({
  sequence,
  versions: models.map((model) => ({ model, version: 1, bundle: '/none' })),
  routes: [],
});

test('workers answer from the first snapshot on, and tell what they have loaded and recorded', async () => {
  const pieces: unknown[] = [];
  const workers = new WorkerSupervisor(
    { ...options, entry: entry(OBEDIENT), onPiece: (piece) => pieces.push(piece) },
    await bindListener({ host: '127.0.0.1', port: 0 }),
  );
  expect(workers.live).toEqual([]);
  await workers.publish(snapshot(1, 'm'));
  await workers.ready;
  expect(workers.live).toEqual([
    { worker: 'r/1', epoch: 1, loaded: ['m@1'] },
    { worker: 'r/2', epoch: 1, loaded: ['m@1'] },
  ]);
  await expect(workers.publish(snapshot(2, 'm', 'bad'))).rejects.toMatchObject({
    code: 'VERSION_NOT_LOADED',
  });
  await workers.publish(snapshot(3, 'm', 'n'));
  expect(workers.live.map(({ loaded }) => loaded)).toEqual([
    ['m@1', 'n@1'],
    ['m@1', 'n@1'],
  ]);
  expect(pieces.length).toBeGreaterThanOrEqual(6);
  await workers.close();
});

test('a worker that comes later follows what the others follow', async () => {
  const workers = new WorkerSupervisor(
    { ...options, entry: entry(OBEDIENT) },
    await bindListener({ host: '127.0.0.1', port: 0 }),
  );
  await workers.publish(snapshot(1, 'm'));
  await workers.ready;
  const [first] = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'entry.mjs'], {
    encoding: 'utf8',
  }).split('\n');
  process.kill(Number(first), 'SIGKILL');
  await expect.poll(() => workers.live.length).toBe(1);
  await workers.publish(snapshot(2, 'n'));
  await expect
    .poll(() => workers.live.map(({ loaded }) => loaded), { timeout: 5000 })
    .toEqual([['n@1'], ['n@1']]);
  expect(workers.live.map(({ epoch }) => epoch).toSorted()).toEqual([1, 2]);
  await workers.close();
});

test('a worker that does not stop in time is killed', async () => {
  const code = `process.on('message', ({ kind }) => kind === 'start' && process.send({ kind: 'ready' }));
    process.on('SIGTERM', () => undefined);`;
  const workers = await startWorkers({ ...options, workers: 1, entry: entry(code), closeMillis: 200 });
  const started = performance.now();
  await workers.close();
  await workers.ended;
  expect(performance.now() - started).toBeGreaterThan(190);
});

test('a worker that says nothing any more is replaced', async () => {
  const code = `process.once('message', ({ settings }) => {
    process.send({ kind: 'ready' });
    if (settings.epoch === 1) while (true);
    setInterval(() => process.send({ kind: 'ready' }), 50);
    process.on('message', ({ kind }) => kind === 'leave' && process.exit(0));
  });`;
  logged.length = 0;
  const workers = await startWorkers({ ...options, workers: 1, entry: entry(code), checkMillis: 20 });
  await expect
    .poll(() => logged, { timeout: 5000 })
    .toEqual([{ worker: 1, reason: 'it did not react any more', delay: 100 }]);
  await workers.close();
});

test('a worker that has said that it is busy may be silent for longer', async () => {
  const code = `process.once('message', () => {
    process.send({ kind: 'ready' });
    process.send({ kind: 'busy', busy: true }, () => {
      const until = performance.now() + 1500;
      while (performance.now() < until);
      process.send({ kind: 'busy', busy: false });
      process.send({ kind: 'followed', sequence: 1, loaded: ['m@1'] });
    });
    setInterval(() => process.send({ kind: 'ready' }), 50);
    process.on('message', ({ kind }) => kind === 'leave' && process.exit(0));
  });`;
  logged.length = 0;
  const workers = await startWorkers({ ...options, workers: 1, entry: entry(code), checkMillis: 20 });
  await expect.poll(() => workers.live.map(({ epoch }) => epoch), { timeout: 5000 }).toEqual([1]);
  expect(logged).toEqual([]);
  await workers.close();
});

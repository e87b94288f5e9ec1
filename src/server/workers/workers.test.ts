import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { bindListener } from './listener.ts';
import { startWorkers } from './workers.ts';

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
const options = { workers: 2, bundles: [], host: '127.0.0.1', port: 0, maxBody: 1, logger };

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
    details: { worker: 2, times: 5, reason: 'code 3' },
  });
  expect(logged).toEqual([100, 200, 400, 800].map((delay) => ({ worker: 2, reason: 'code 3', delay })));
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

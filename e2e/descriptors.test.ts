import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { example, folder, type Served, served } from './cli.ts';
import { call } from './serving/client.ts';
import { opened, reading } from './serving/raw.ts';
import { metric } from './serving/serve.ts';

vi.setConfig({ testTimeout: 60_000 });

const started: Served[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

/** A server whose processes may have so many descriptors open. */
async function limited(descriptors: number, ...args: readonly string[]): Promise<Served> {
  const shell = ['sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', process.execPath] as const;
  const server = await served([example('iris.joblib'), ...args], shell[0], shell.slice(1));
  started.push(server);
  return server;
}

/** Connections that never send a thing; those that are closed are opened again. */
async function crowd(url: string, count: number): Promise<void> {
  const join = async (): Promise<void> => {
    const socket = await opened(url);
    sockets.push(socket);
  };
  for (let k = 0; k < count; k += 50) await Promise.all(Array.from({ length: 50 }, join));
}

const IRIS = { rows: [[5.1, 3.5, 1.4, 0.2]] };

test.each([['1'], ['2']])(
  'with fewer descriptors than connections, %s serving process(es) go on answering everything',
  async (workers) => {
    const server = await limited(200, '--workers', workers);
    const { url } = server.said;
    const paths = ['healthz', 'readyz', 'metrics', 'openapi.json', 'docs', 'api/v1/models'];
    for (let round = 0; round < 4; round++) {
      await crowd(url, 400);
      expect((await call(`${url}/models/iris/predict`, { body: IRIS })).status).toBe(200);
      const statuses = await Promise.all(paths.map(async (path) => (await call(`${url}/${path}`)).status));
      expect(statuses).toEqual(paths.map(() => 200));
    }
    expect(await metric(url, /^plimsoll_connections_evicted_total (\d+)/m)).toBeGreaterThan(400);
    expect(await metric(url, /^plimsoll_connections_limit (\d+)/m)).toBeLessThan(200 * Number(workers));
    if (workers === '2') expect(await metric(url, /^serving_worker_restarts_total (\d+)/m)).toBe(0);
    expect(server.child.exitCode).toBe(null);
  },
);

test.each([[1], [2]])(
  'what is set for connections holds in each of %s serving process(es)',
  async (workers) => {
    const file = join(folder(), 'settings.json');
    const settings = { workers, maxConnections: 60, maxReceiving: 10, peerShare: '30%' };
    writeFileSync(file, JSON.stringify(settings));
    const { url } = (await limited(1024, '--config', file)).said;
    expect(await metric(url, /^plimsoll_connections_limit (\d+)/m)).toBe(60 * workers);
    const answers: { readonly text: string }[] = [];
    for (let k = 0; k < 20 * workers; k++) {
      const socket = await opened(url);
      sockets.push(socket);
      answers.push(reading(socket));
      socket.write('POST /models/iris/predict HTTP/1.1\r\nhost: x\r\ncontent-length: 30\r\n\r\n{');
    }
    // All but three of a process; which of them a connection comes to, nobody can say.
    const answered = () => answers.filter(({ text }) => /^HTTP\/1\.1 (503|408)/.test(text)).length;
    await expect.poll(answered, { timeout: 5000 }).toBeGreaterThanOrEqual(17 * workers);
  },
);

import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { example, folder, plimsoll, type Served, served } from './cli.ts';
import { childrenOf, workersOf } from './processes.ts';
import { call } from './serving/client.ts';
import { type Load, load } from './serving/load.ts';
import { metric } from './serving/serve.ts';

const body = { rows: [[5.1, 3.5, 1.4, 0.2]] };
const OK = /inference_requests_total\{.*outcome="ok"\} (\d+)/;
const READY = /^serving_workers_ready (\d+)/m;
const RESTARTS = /^serving_worker_restarts_total (\d+)/m;

const started: Served[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL'); // where a test has failed before its end
});

async function start(...args: readonly string[]): Promise<Served> {
  const server = await served([example('iris.joblib'), ...args]);
  started.push(server);
  return server;
}

const startTwo = (...more: readonly string[]): Promise<Served> => start('--workers', '2', ...more);

function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false; // `ps` fails where there is no such process
  }
}

const processesIn = ({ answered }: Load): string[] => [...new Set(answered.map(({ by }) => by))];

/** Waits until a load has been answered by as many processes. */
const answeredBy = (running: Load, count: number): Promise<void> =>
  expect.poll(() => processesIn(running).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);

describe('serve --workers 2', () => {
  test('both workers answer, ids are unique, and the greeting is printed once', async () => {
    const server = await startTwo();
    let more = '';
    server.child.stdout!.on('data', (chunk) => {
      more += chunk;
    });
    const running = load(server.said.url, { clients: 8, keepAlive: false, body });
    await answeredBy(running, 2);
    await running.stop();
    expect(running.failed).toEqual([]);
    expect(new Set(running.answered.map(({ id }) => id)).size).toBe(running.answered.length);
    const ready = await call(`${server.said.url}/readyz`);
    expect([ready.status, ready.json]).toEqual([200, { status: 'ready', models: ['iris'] }]);
    expect(await server.stop()).toBe(0);
    expect(more).toBe('');
  });

  test('the number of workers may stand in the configuration file', async () => {
    const config = join(folder(), 'plimsoll.yaml');
    writeFileSync(config, 'workers: 3\n');
    const server = await start('--config', config);
    expect(workersOf(server.child.pid!)).toHaveLength(3);
    expect(await server.stop()).toBe(0);
  });

  test('metrics on any worker answer for all of them, at once', async () => {
    const server = await startTwo();
    const { url } = server.said;
    const running = load(url, { clients: 8, keepAlive: false, body });
    await answeredBy(running, 2);
    await running.stop();
    for (let scrape = 0; scrape < 10; scrape++) expect(await metric(url, OK)).toBe(running.answered.length);
    const { text } = await call(`${url}/metrics`);
    expect(text).toContain('\ninference_requests_in_flight 0\n');
    expect(text).toContain('\nserving_workers_ready 2\n');
    expect(text).toContain('\nserving_worker_restarts_total 0\n');
    for (const worker of [1, 2])
      expect(text).toContain(`\nnodejs_eventloop_lag_seconds{worker="${worker}"} `);
    const types = text.match(/^# TYPE .*/gm)!;
    expect(new Set(types).size).toBe(types.length);
    expect(await server.stop()).toBe(0);
  });

  test('a worker that is killed fails its own requests only, and is replaced', async () => {
    const server = await startTwo();
    const { url } = server.said;
    const clients = 8;
    const running = load(url, { clients, keepAlive: false, body });
    const scraped: number[] = [];
    let scraping = true;
    const scrapes = (async () => {
      while (scraping) {
        const total = await metric(url, OK).catch(() => Number.NaN); // the scrape may be in the worker that dies
        if (!Number.isNaN(total)) scraped.push(total);
        await wait(20);
      }
    })();
    await answeredBy(running, 2);
    const before = processesIn(running);
    // A scrape has every worker report what it has counted: what comes after it is lost with a worker.
    const reported = performance.now();
    await expect.poll(() => metric(url, OK)).toBeGreaterThan(0);
    process.kill(workersOf(server.child.pid!)[0]!, 'SIGKILL');
    await answeredBy(running, 3);
    await expect.poll(() => metric(url, READY)).toBe(2);
    await running.stop();
    scraping = false;
    await scrapes;

    expect(running.failed.filter((code) => !['ECONNRESET', 'EPIPE'].includes(code))).toEqual([]);
    expect(running.failed.length).toBeLessThanOrEqual(clients);
    expect(scraped).toEqual(scraped.toSorted((a, b) => a - b));
    const lastOf = (by: string): number => running.answered.findLast((one) => one.by === by)!.at;
    const victim = before.toSorted((a, b) => lastOf(a) - lastOf(b))[0]!;
    const unreported = running.answered.filter(({ by, at }) => by === victim && at > reported).length;
    const total = await metric(url, OK);
    expect(total).toBeGreaterThanOrEqual(running.answered.length - unreported);
    expect(total).toBeLessThanOrEqual(running.answered.length + running.failed.length);
    expect(await metric(url, RESTARTS)).toBe(1);
    expect(await server.stop()).toBe(0);
  });

  test('a worker that is told to end finishes what it has, and is replaced', async () => {
    const server = await startTwo();
    const running = load(server.said.url, { clients: 8, keepAlive: true, body });
    await answeredBy(running, 2);
    process.kill(workersOf(server.child.pid!)[0]!, 'SIGTERM');
    await expect.poll(() => metric(server.said.url, RESTARTS)).toBe(1);
    await expect.poll(() => metric(server.said.url, READY)).toBe(2);
    await running.stop();
    expect(running.failed).toEqual([]);
    expect(await metric(server.said.url, OK)).toBe(running.answered.length);
    expect(await server.stop()).toBe(0);
  });

  test('while all workers are gone, connections wait for the next one', async () => {
    const server = await startTwo();
    for (const pid of workersOf(server.child.pid!)) process.kill(pid, 'SIGKILL');
    const { status } = await call(`${server.said.url}/predict`, { body });
    expect(status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  test('a parent that is killed leaves nobody behind', async () => {
    const server = await startTwo();
    const workers = childrenOf(server.child.pid!).map(({ pid }) => pid);
    // Two that serve, one that decides, and for a moment one that looks at the files beside the model.
    expect(workers.length).toBeGreaterThanOrEqual(3);
    const running = load(server.said.url, { clients: 4, keepAlive: true, body });
    await answeredBy(running, 1);
    await server.stop('SIGKILL');
    await expect.poll(() => workers.filter(isRunning), { interval: 50 }).toEqual([]);
    await running.stop();
  });

  test('stopping loses no request of the connections there are', async () => {
    const server = await startTwo();
    const running = load(server.said.url, { clients: 8, keepAlive: true, body });
    await answeredBy(running, 1);
    expect(await server.stop()).toBe(0);
    await running.stop();
    expect(running.failed.length).toBeGreaterThan(0);
    expect(running.failed.filter((code) => code !== 'ECONNREFUSED')).toEqual([]);
  });

  test('stopping empties the queue of new connections', async () => {
    const server = await startTwo();
    const running = load(server.said.url, { clients: 8, keepAlive: false, body });
    await answeredBy(running, 2);
    expect(await server.stop()).toBe(0);
    await running.stop();
    // A listener that just closes resets about four of them here.
    expect(running.failed.filter((code) => code !== 'ECONNREFUSED')).toEqual([]);
  });

  test('a second signal ends everything at once', async () => {
    const server = await startTwo();
    const workers = childrenOf(server.child.pid!).map(({ pid }) => pid);
    const unfinished = request(`${server.said.url}/predict`, {
      method: 'POST',
      headers: { 'content-length': '30' },
    });
    unfinished.on('error', () => undefined);
    unfinished.write('{"rows":');
    await expect.poll(() => metric(server.said.url, /^inference_requests_in_flight (\d+)/m)).toBe(1);
    const ended = server.stop('SIGINT');
    await wait(700);
    expect(server.child.exitCode).toBe(null);
    server.child.kill('SIGINT');
    expect(await ended).toBe(1);
    await expect.poll(() => workers.filter(isRunning), { interval: 50 }).toEqual([]);
  });

  test('workers that cannot be replaced end the command with a coded error', async () => {
    const data = folder();
    const server = await startTwo('--data', data);
    let said = '';
    server.child.stdout!.on('data', (chunk) => {
      said += chunk;
    });
    let logged = '';
    server.child.stderr!.on('data', (chunk) => {
      logged += chunk;
    });
    const ended = new Promise((resolve) => server.child.once('close', resolve));
    rmSync(join(data, 'bundles'), { recursive: true });
    process.kill(workersOf(server.child.pid!)[0]!, 'SIGKILL');
    expect(await ended).toBe(1);
    expect(logged).toMatch(
      /"worker":1,"reason":"killed by SIGKILL","delay":100,"msg":"a worker ended: another one is started"/,
    );
    const { code, message } = JSON.parse(said).error;
    expect(code).toBe('WORKER_FAILED');
    expect(message).toMatch(
      /5 times in a row before it answered, at last with Cannot use iris@1: its bundle [0-9a-f]{64} is not in the data/,
    );
  });

  test.each(['0', 'abc'])('--workers %s is a mistake in the configuration', (workers) => {
    const { status, stderr } = plimsoll('serve', example('iris.joblib'), '--workers', workers);
    expect(stderr).toContain(`--workers is "${workers}", wanted "auto" or a number from 1 to 256`);
    expect(status).toBe(2);
  });

  test('a busy port is a coded error', async () => {
    const server = await startTwo();
    const { port } = new URL(server.said.url);
    const { status, stderr } = plimsoll(
      ...['serve', example('iris.joblib'), '--workers', '2', '--port', port, '--data', folder()],
    );
    expect(stderr).toContain(`Cannot listen on 127.0.0.1:${port}: the port is taken`);
    expect(status).toBe(1);
    expect(await server.stop()).toBe(0);
  });
});

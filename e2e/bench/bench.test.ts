import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { boundAddress } from '../../src/core/network.ts';
import { BENCH_REPORT, type BenchReport } from '../../src/load/report/bench-report.ts';
import { readValue } from '../../src/schema/read-value.ts';
import { inBrowser, keepPicture, openBrowser } from '../browser.ts';
import { BIN, example, folder, runWith } from '../cli.ts';
import { queueServer } from './queue-server.ts';

const MODEL = example('iris.joblib');
let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

interface Benched {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bench` beside what this process serves; `home` is where temporary files go. */
async function bench(args: readonly string[], home = folder()): Promise<Benched> {
  const child = started(args, home);
  const [stdout, stderr] = [textOf(child.stdout!), textOf(child.stderr!)];
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: await stdout, stderr: await stderr };
}

const started = (args: readonly string[], home: string): ChildProcess =>
  spawn(process.execPath, [BIN, 'bench', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', TMPDIR: home },
  });

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

async function listening(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${boundAddress(server).port}`;
}

const reportIn = ({ stdout }: Benched): BenchReport => JSON.parse(stdout) as BenchReport;
const errorIn = ({ stdout }: Benched): { code: string; message: string } => JSON.parse(stdout).error;

describe('a model file with a hostile name', () => {
  const home = folder();
  const page = join(folder(), 'report.html');
  let benched: Benched;

  beforeAll(async () => {
    const model = join(folder(), `<img src=x onerror="document.title='owned'">.joblib`);
    copyFileSync(MODEL, model);
    benched = await bench([model, '--seconds', '5', '--json', '--html', page], home);
  }, 120_000);

  test('is served, measured and gone again, and the document is what its schema says', async () => {
    expect(benched).toMatchObject({ status: 0 });
    const report = reportIn(benched);
    const problems: string[] = [];
    readValue(BENCH_REPORT, report, 'report', problems);
    expect(problems).toEqual([]);
    expect(report.peak!.goodput).toBeGreaterThan(10);
    expect(report.steps.length).toBeGreaterThan(1);
    for (const { arrived, ok, failed } of report.steps)
      expect(ok + Object.values(failed).reduce((sum, count) => sum + count, 0)).toBe(arrived);
    expect(report.steps[0]!.stages).toHaveProperty('predict');
    expect(report.sent).toMatchObject({ rows: 1, source: 'the example row of the model' });
    expect(readdirSync(home).filter((name) => name.startsWith('plimsoll-bench-'))).toEqual([]);
    await expect(fetch(report.url)).rejects.toThrow();
  });

  inBrowser('has a page that asks for nothing and runs nothing', async () => {
    const browser = await openBrowser();
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const tab = await browser.newPage({ colorScheme, viewport: { width: 1000, height: 900 } });
        const asked: string[] = [];
        tab.on('request', (request) => asked.push(request.url()));
        await tab.goto(`file://${page}`);
        expect(asked).toHaveLength(1);
        expect(await tab.title()).toContain('<img src=x');
        expect(await tab.locator('img, script').count()).toBe(0);
        expect(await tab.locator('svg polyline').count()).toBeGreaterThan(3);
        expect(await tab.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        await keepPicture(tab, `bench-${colorScheme}`);
        await tab.close();
      }
    } finally {
      await browser.close();
    }
  });
});

test('a server that works one request after the other has no knee above what it can work off; each request has the key', async () => {
  const [worked, keys] = [queueServer(5), new Set<string | undefined>()];
  const url = await listening((request, response) => {
    if (request.method === 'POST') keys.add(request.headers.authorization);
    worked(request, response);
  });
  const [body, key] = [join(folder(), 'body.json'), join(folder(), 'key')];
  writeFileSync(body, '{"x": 1}');
  writeFileSync(key, 'secret\n');
  const args = ['--input', body, '--key-file', key, '--seconds', '8', '--json'];
  const benched = await bench([`${url}/score`, ...args]);
  expect(benched).toMatchObject({ status: 0 });
  const { knee, steps, half } = reportIn(benched);
  // A timer of 5 ms never ends early: 200 a second is the most; chance of the arrivals adds a tenth.
  expect(knee!.rate).toBeLessThan(240);
  expect(steps.every(({ latency }) => latency.count === 0 || latency.p50 >= 4.9)).toBe(true);
  expect(half!.rate).toBeCloseTo(knee!.rate / 2);
  expect([...keys]).toEqual(['Bearer secret']);
  expect(benched.stdout).not.toContain('secret');
});

test('a server that dies on the way leaves what was measured until then', async () => {
  let began = 0;
  const url = await listening((request, response) => {
    response.end('{}');
    if (request.method === 'POST') began ||= performance.now();
    if (began === 0 || performance.now() - began < 1500) return;
    server?.close();
    server?.closeAllConnections();
  });
  const body = join(folder(), 'body.json');
  writeFileSync(body, '{}');
  const benched = await bench([
    `${url}/score`,
    '--input',
    body,
    '--seconds',
    '5',
    '--max-rate',
    '100',
    '--json',
  ]);
  expect(benched.status).toBe(1);
  const report = reportIn(benched);
  expect(report).toMatchObject({ isGone: true, nineTenths: null });
  expect(report.peak!.ok).toBeGreaterThan(10);
});

test('a first request that is refused ends the command with what the server says', async () => {
  const url = await listening((_, response) => response.writeHead(401).end('{"detail":"no key"}'));
  const body = join(folder(), 'body.json');
  writeFileSync(body, '{}');
  const benched = await bench([`${url}/score`, '--input', body, '--json']);
  expect(benched.status).toBe(1);
  expect(errorIn(benched)).toMatchObject({ code: 'LOAD_REFUSED' });
  expect(errorIn(benched).message).toContain('401: {"detail":"no key"}');
});

test.each([
  [['http://192.0.2.1/score', '--input', 'x.json'], 3, 'LOAD_ELSEWHERE'],
  [['http://127.0.0.1:9/score'], 1, 'CONTROL_UNREACHABLE'],
  [['http://user:word@127.0.0.1:9/'], 2, 'USAGE'],
  [['no-such-model'], 2, 'MODEL_NOT_FOUND'],
  [['no-such-file.joblib'], 2, 'FILE_NOT_FOUND'],
  [[MODEL, '--seconds', '2'], 2, 'USAGE'],
  [[MODEL, '--limit', '50'], 2, 'USAGE'],
  [[MODEL, '--rows', '0'], 2, 'USAGE'],
] as const)('%j is refused with a coded error', (args, status, code) => {
  const data = ['--data', folder()];
  const refused = runWith(process.execPath, [BIN, 'bench', ...args, ...data, '--json']);
  expect(refused.status).toBe(status);
  expect(JSON.parse(refused.stdout).error.code).toBe(code);
});

test('of an address that describes nothing a body is demanded', async () => {
  const url = await listening((_, response) => response.writeHead(404).end());
  const benched = await bench([url, '--json']);
  expect(benched.status).toBe(2);
  expect(errorIn(benched).message).toContain('--input FILE');
});

test('Ctrl-C ends the server that was started, and takes its folder away', async () => {
  const home = folder();
  const child = started([MODEL, '--seconds', '60'], home);
  const folders = (): string[] => readdirSync(home).filter((name) => name.startsWith('plimsoll-bench-'));
  await expect
    .poll(() => folders().some((name) => existsSync(join(home, name, 'data', 'bundles'))), {
      timeout: 30_000,
    })
    .toBe(true);
  const pids = serversIn(home);
  expect(pids.length).toBeGreaterThan(0);
  child.kill('SIGINT');
  await once(child, 'close');
  expect(folders()).toEqual([]);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
});

/** Processes whose working folder is below `home`. */
const serversIn = (home: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home);
      } catch {
        return false;
      }
    })
    .map(Number);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

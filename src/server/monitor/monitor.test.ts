import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { captureRulesPath, spoolPath } from '../../capture/paths.ts';
import { MEMORY_KINDS, type WatchMemory, watchName } from '../../monitor/watch/memory.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { monitoringUrl } from '../../store/monitoring/url.ts';
import { ServerMonitor } from './monitor.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

interface Notice {
  readonly status: string;
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly status: string }[];
}

async function hook(): Promise<{ readonly url: string; readonly notices: readonly Notice[] }> {
  const notices: Notice[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      notices.push(JSON.parse(body) as Notice);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, notices };
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const WATCHED = { name: 'churn', model: 'churn', stable: 1, versions: [], rollout: null };

/** A server whose monitoring process runs `entry`, and whose clock is ahead by `clock.ahead`. */
function server(data: string, entry?: URL) {
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead, monotonic: () => performance.now() };
  const endpoints = () => Promise.resolve({ items: [WATCHED], next: null });
  const monitor = new ServerMonitor({
    ...{ dataDir: data, storeUrl: null, share: 0.5, clock, entry, logger: SILENT, answers: false },
    control: { endpoints, endpoint: () => Promise.resolve(WATCHED) } as never,
    store: { transaction: () => Promise.reject(new Error('nothing is audited here')) },
    surroundings: {
      endpoints: () => Promise.resolve([WATCHED]),
      feedback: () => Promise.resolve([]),
      load: () => Promise.resolve(null),
      steer: () => Promise.resolve(''),
    },
  });
  return { monitor, clock };
}

async function folder(policy: object): Promise<{ readonly data: string; readonly store: MonitoringStore }> {
  const data = mkdtempSync(join(tmpdir(), 'plimsoll-behind-'));
  ending.push(() => rmSync(data, { recursive: true, force: true }));
  mkdirSync(spoolPath(data), { recursive: true });
  mkdirSync(join(data, 'monitoring'), { recursive: true });
  const store = await openMonitoring(monitoringUrl(data, null));
  ending.push(() => store.close());
  await store.setMonitor({ endpoint: 'churn', policy, changedAt: 0, changedBy: 'test' }, 0);
  return { data, store };
}

test('that nothing is watched reaches receivers though the process that watches never comes up, and is over once it does', {
  timeout: 60_000,
}, async () => {
  const { url, notices } = await hook();
  const { data, store } = await folder({
    alerts: { for: '0s', groupWait: '0s', groupInterval: '0s', resolveAfter: '0s' },
    receivers: { ops: { kind: 'webhook', url } },
  });
  const dying = join(data, 'dying.mjs');
  const died = join(data, 'died');
  writeFileSync(
    dying,
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(died)}, '');\nprocess.exit(3);\n`,
  );
  const first = server(data, pathToFileURL(dying));
  // From its start on it is waited for.
  await expect.poll(() => existsSync(died)).toBe(true);
  expect(notices).toEqual([]);
  first.clock.ahead = 120_000;
  await expect.poll(() => notices.length, { timeout: 30_000 }).toBeGreaterThan(0);
  const [notice] = notices;
  expect(notice!.alerts[0]).toMatchObject({
    status: 'firing',
    labels: { alertname: 'MonitorBehind', endpoint: 'churn' },
  });
  await first.monitor.close();

  const second = server(data);
  const alert = async (): Promise<unknown> =>
    ((await store.alerts({ limit: 10 })).items[0] as { state: string }).state;
  await expect.poll(alert, { timeout: 30_000 }).toBe('resolved');
  await second.monitor.close();
});

test('the process that watches is there while it looks, and while somebody asks, and its memory is shown', {
  timeout: 60_000,
}, async () => {
  const { data, store } = await folder({});
  const { monitor } = server(data);
  ending.push(() => monitor.close());
  const shown = async (): Promise<number> => {
    const text = await readFile(join(data, 'monitoring/process.prom'), 'utf8').catch(() => '');
    return Number(/\{process="monitor"\} (\d+)/.exec(text)?.[1] ?? Number.NaN);
  };
  const lookedAt = async () =>
    ((await store.memory(MEMORY_KINDS.watch, watchName))?.body as WatchMemory | undefined)?.evaluatedAt ?? 0;
  await expect.poll(shown, { timeout: 20_000 }).toBe(0);
  const before = await lookedAt();
  expect(before).toBeGreaterThan(0);
  await monitor.monitoring();
  await expect.poll(shown, { timeout: 20_000 }).toBeGreaterThan(10_000_000);
  await expect.poll(lookedAt, { timeout: 20_000 }).toBeGreaterThan(before);
});

test('what is set is in force where rows are captured as soon as a server starts', {
  timeout: 30_000,
}, async () => {
  const { data } = await folder({ log: { redact: { name: 'drop', age: 'hash' } } });
  const { monitor } = server(data);
  ending.push(() => monitor.close());
  const rules = async () => JSON.parse(await readFile(captureRulesPath(data), 'utf8').catch(() => 'null'));
  await expect.poll(rules, { timeout: 20_000 }).toMatchObject({
    endpoints: { churn: { enabled: true, drop: ['name'], hash: ['age'] } },
  });
});

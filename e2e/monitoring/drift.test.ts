import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blockIdOf, spoolPath } from '../../src/capture/paths.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { AlertRow } from '../../src/monitor/alerts/alert.ts';
import type { DriftView, MonitorView } from '../../src/monitor/port.ts';
import { example, plimsoll, type Served, served } from '../cli.ts';
import { childrenOf } from '../processes.ts';

/** A server with a reference, traffic like it, then traffic that is not; whatever is killed in between counts once. */

const NAMES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
const random = seededRandom(20261126);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(random.next() || 1e-12)) * Math.cos(2 * Math.PI * random.next());
const row = (shift: number): number[] => [
  5.8 + 0.8 * normal() + shift,
  3 + 0.4 * normal(),
  3.7 + 1.7 * normal(),
  1.2 + 0.7 * normal(),
];

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-drift-'));
const data = join(folder, 'data');
let server: Served;
beforeAll(async () => {
  const lines = [NAMES.join(','), ...Array.from({ length: 4000 }, () => row(0).join(','))];
  writeFileSync(join(folder, 'reference.csv'), `${lines.join('\n')}\n`);
  const settings = {
    monitorShare: '50%',
    monitors: { iris: { log: { maxRate: 100_000 }, alerts: { for: '0s', coolDown: '0s' } } },
  };
  writeFileSync(join(folder, 'plimsoll.json'), JSON.stringify(settings));
  const reference = join(folder, 'reference.csv');
  const pushed = plimsoll(
    'push',
    example('iris.joblib'),
    '--name',
    'iris',
    '--reference',
    reference,
    '--data',
    data,
  );
  expect(pushed.status, pushed.stderr).toBe(0);
  server = await serve();
}, 90_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const serve = (): Promise<Served> =>
  served(['--data', data, '--config', join(folder, 'plimsoll.json'), '--workers', '1']);

let sent = 0;
async function send(requests: number, shift: number): Promise<void> {
  for (let k = 0; k < requests; k++) await sendRows(Array.from({ length: 20 }, () => row(shift)));
}

async function sendRows(rows: readonly (readonly number[])[]): Promise<void> {
  const { status } = await fetch(`${server.said.url}/models/iris/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  });
  expect(status).toBe(200);
  sent += rows.length;
}

const ask = async <T>(path: string): Promise<T> =>
  (await (await fetch(`${server.said.url}/api/v1${path}`)).json()) as T;
const drift = (): Promise<DriftView> => ask('/endpoints/iris/drift');
/** Rows that the view rests on, once that is all that were sent. */
const settled = () =>
  expect.poll(async () => (await drift()).rows, { timeout: 90_000, interval: 500 }).toBe(sent);
const watcher = (): number | undefined =>
  childrenOf(server.child.pid!).find(({ command }) => command.includes('monitor.child'))?.pid;
const waiting = (): number => readdirSync(spoolPath(data)).filter((name) => blockIdOf(name) !== null).length;

test('nothing watches before there is a request, but what is set is in force', {
  timeout: 30_000,
}, async () => {
  const view = await ask<MonitorView>('/endpoints/iris/monitor');
  expect(view).toMatchObject({ generation: 1, evaluatedAt: null, traffic: { hour: 0 }, reference: null });
});

test('traffic like the reference is counted, and is no drift', { timeout: 200_000 }, async () => {
  await send(40, 0);
  await settled();
  const { features, findings, rows } = await drift();
  expect(rows).toBe(800);
  expect(features.map(({ feature }) => feature)).toEqual(expect.arrayContaining([...NAMES, 'predict']));
  expect(findings).toEqual([]);
  const view = await ask<MonitorView>('/endpoints/iris/monitor');
  expect(view).toMatchObject({ reference: { source: 'bundle', rows: 4000 }, traffic: { hour: 800 } });
  expect((await ask<{ items: AlertRow[] }>('/alerts')).items).toEqual([]);
});

test('a watcher that is killed while rows wait loses none and counts none twice', {
  timeout: 300_000,
}, async () => {
  const first = watcher()!;
  process.kill(first, 'SIGKILL');
  await send(30, 0);
  await settled();
  expect(watcher()).not.toBe(first);
  await server.stop();
  server = await serve();
  await send(10, 0);
  await settled();
  expect(waiting()).toBe(0);
});

test('a shift is told with its feature, its size and both histograms, once', {
  timeout: 300_000,
}, async () => {
  await send(40, 1);
  await settled();
  const [finding] = (await drift()).findings;
  expect(finding).toMatchObject({ feature: 'sepal_length', side: 'input', kind: 'drift.numeric' });
  const alerts = async (): Promise<readonly AlertRow[]> =>
    (await ask<{ items: AlertRow[] }>('/alerts?endpoint=iris')).items.filter(
      ({ labels }) => labels['feature'] === 'sepal_length',
    );
  await expect.poll(async () => (await alerts())[0]?.state, { timeout: 60_000 }).toBe('firing');
  const [alert] = await alerts();
  expect(alert!.told.sentence).toMatch(/^sepal_length moved: PSI \d/);
  expect(alert!.told.histogram!.bins.length).toBeGreaterThan(5);
  const before = alert!.since;
  await server.stop();
  server = await serve();
  await send(5, 1);
  await settled();
  expect(await alerts()).toMatchObject([{ state: 'firing', since: before, flaps: 1 }]);
});

test('what the monitor knows stands on the page that is scraped, beside what serving says', {
  timeout: 200_000,
}, async () => {
  const page = async (): Promise<string> => (await fetch(`${server.said.url}/metrics`)).text();
  const labels = 'endpoint="iris",model_name="iris",model_version="1",feature="sepal_length"';
  await expect.poll(page, { timeout: 60_000 }).toContain(`model_drift_evidence{${labels}} `);
  const text = await page();
  expect(text).toMatch(new RegExp(`model_missing_ratio\\{${labels}\\} 0\\n`));
  const [, at] = /monitor_last_success_timestamp_seconds\{endpoint="iris"\} (\S+)/.exec(text) ?? [];
  expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(30);
  expect(text).toContain(`monitor_rows_total{endpoint="iris"} ${sent}\n`);
  expect(text).toMatch(/model_alerts_firing\{endpoint="iris",.*alertname="FeatureDrift".*\} [1-9]/);
  expect(text).toContain('inference_request_duration_seconds');
});

test('values that no flower has are a breach of the range, told of the last day', {
  timeout: 200_000,
}, async () => {
  await sendRows(Array.from({ length: 60 }, () => [90, 3, 3.7, 1.2]));
  await settled();
  const kinds = async (): Promise<readonly string[]> =>
    (
      await ask<{ violations: { kind: string; feature: string }[] }>('/endpoints/iris/quality')
    ).violations.map(({ kind, feature }) => `${kind} ${feature}`);
  await expect.poll(kinds, { timeout: 60_000 }).toContain('quality.range sepal_length');
});

import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseText } from '../../src/metrics/parse-prometheus-text.ts';
import { type AlertRuleOptions, alertRules } from '../../src/monitor/prometheus/alerting-rules.ts';
import { grafanaDashboard } from '../../src/monitor/prometheus/grafana-dashboard.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { call } from '../serving/client.ts';
import { fakeVersion } from '../serving/fake-models.ts';
import { load } from '../serving/load.ts';
import { ROWS, serve } from '../serving/serve.ts';
import { startAlertmanager, startPrometheus, stopped, webhook } from './prometheus-server.ts';

const children: ChildProcess[] = [];
const servers: Server[] = [];
const folders: string[] = [];
const running: Served[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map(stopped));
  for (const server of servers.splice(0)) server.close();
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

const body = { rows: [[5.1, 3.5, 1.4, 0.2]] };

function temporary(): string {
  const path = folder();
  folders.push(path);
  return path;
}

async function serveIris(...args: readonly string[]): Promise<string> {
  const server = await served([example('iris.joblib'), ...args]);
  running.push(server);
  return server.said.url;
}

/** A minute of the rules is a second here. */
const QUICK: AlertRuleOptions = {
  ...{ endpoint: null, model: null, availability: 0.999, latency: { seconds: 0.25, share: 0.99 } },
  ...{ maxAge: null, silence: 300, prometheus: '2.42', runbook: 'http://127.0.0.1/', pace: 1 / 60 },
};

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** Both files of rules record the same names: whichever of them is evaluated late comes after the other's newer sample. */
const BOTH_RECORD = 'out of order sample';

test('failures and silence become alerts in Alertmanager, which tells a webhook, while Prometheus scrapes', async () => {
  const home = temporary();
  const [iris, broken] = [
    await serveIris('--workers', '2'),
    await serve({ versions: [fakeVersion('failing'), fakeVersion('quick')] }),
  ];
  const hook = await webhook();
  servers.push(hook.server);
  const alertmanager = await startAlertmanager(home, hook.url);
  children.push(alertmanager.child);
  expect(
    plimsoll('monitor', 'rules', '-o', join(home, 'as-written.yml'), '--latency', '250ms:0.99').status,
  ).toBe(0);
  const prometheus = await startPrometheus(home, {
    targets: [iris, broken],
    alertmanager: alertmanager.address,
    rules: {
      'quick.yml': stringify(alertRules(QUICK), { aliasDuplicateObjects: false }),
      'as-written.yml': readFileSync(join(home, 'as-written.yml'), 'utf8'),
    },
  });
  children.push(prometheus.child);

  const traffic = load(iris, { clients: 2, keepAlive: true, body });
  const failing = setInterval(() => {
    void call(`${broken}/models/failing/predict`, { body: ROWS }).catch(() => undefined);
  }, 20);
  const firing = (name: string) =>
    hook.notices
      .flatMap(({ alerts }) => alerts)
      .find(({ status, labels }) => status === 'firing' && labels['alertname'] === name);
  await expect.poll(() => firing('ErrorBudgetBurn'), { timeout: 30_000 }).toBeDefined();
  await traffic.stop();
  clearInterval(failing);
  expect(firing('ErrorBudgetBurn')!.labels).toMatchObject({ model_name: 'failing', severity: 'page' });
  expect(firing('ErrorBudgetBurn')!.annotations['summary']).toBe('100% of the requests to failing fail');
  // iris has answered nothing since its traffic ended.
  await expect.poll(() => firing('ModelSilent'), { timeout: 30_000 }).toBeDefined();
  expect(firing('ModelSilent')!.labels).toMatchObject({ model_name: 'iris' });
  const { groups } = await prometheus.ask('rules');
  const unhealthy = groups.flatMap(({ rules }: { rules: Rule[] }) =>
    rules.filter(({ health, lastError }) => health === 'err' && lastError !== BOTH_RECORD),
  );
  expect(unhealthy).toEqual([]);
}, 90_000);

test('Prometheus takes native histograms that count and sum as the classic ones do', async () => {
  const url = await serve({ versions: [fakeVersion('quick')] });
  for (let k = 0; k < 200; k++) await call(`${url}/predict`, { body: ROWS });
  const prometheus = await startPrometheus(temporary(), {
    ...{ targets: [url], alertmanager: null, rules: {} },
    flags: ['--enable-feature=native-histograms'],
  });
  children.push(prometheus.child);
  const value = async (query: string): Promise<number> => {
    const { result } = await prometheus.ask('query', { query });
    return Number(result[0]?.value[1] ?? Number.NaN);
  };
  const native = 'inference_request_duration_seconds{stage="predict"}';
  await expect.poll(() => value(`histogram_count(${native})`), { timeout: 20_000 }).toBe(200);
  const page = parseText((await call(`${url}/metrics`)).text);
  const family = page.find(({ name }) => name === 'inference_request_duration_seconds')!;
  const point = family.points.find(({ labels }) => labels['stage'] === 'predict')!;
  if (!('histogram' in point)) throw new Error('no histogram');
  const { bounds, counts, sum } = point.histogram;
  expect(await value(`histogram_sum(${native})`)).toBeCloseTo(sum, 12);
  let within = 0;
  for (const [k, bound] of bounds.entries()) {
    within += counts[k]!;
    expect(await value(`histogram_fraction(-1, ${bound}, ${native})`)).toBeCloseTo(within / 200, 12);
  }
  expect(await value(`histogram_quantile(0.5, ${native})`)).toBeLessThan(0.1);
  expect(await value('histogram_count(inference_batch_size)')).toBe(200);
  expect(await value('histogram_quantile(0.99, inference_batch_size)')).toBeLessThanOrEqual(2);
}, 60_000);

test('every expression of the dashboard, and every choice, can be asked, and what serving says has an answer', async () => {
  const url = await serve({ versions: [fakeVersion('quick')] });
  const traffic = load(url, { clients: 1, keepAlive: true, body: ROWS });
  const prometheus = await startPrometheus(temporary(), { targets: [url], alertmanager: null, rules: {} });
  children.push(prometheus.child);
  const { panels } = grafanaDashboard('Models');
  const filled = (expr: string): string =>
    expr.replaceAll('$__rate_interval', '5s').replaceAll(/\$(?:model|version|endpoint)/g, '.*');
  const ofServing =
    /^(?:Requests|Rows a request|Saturation|In flight|Versions|Memory|Quantiles|Stages|Failed)/;
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets) {
      const found = async (): Promise<number> =>
        (await prometheus.ask('query', { query: filled(expr) })).result.length;
      await found();
      if (ofServing.test(title))
        await expect.poll(found, { timeout: 20_000, message: title }).toBeGreaterThan(0);
    }
  }
  await traffic.stop();
}, 60_000);

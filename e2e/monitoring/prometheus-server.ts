import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../tools/free-port.ts';

/** Prometheus, Alertmanager and a webhook, on this machine, for one test. */

/** Starts a program; it ends with the test. */
function start(program: string, args: readonly string[], cwd: string): ChildProcess {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  child.once('exit', (code) => {
    if (code !== null && code !== 0) throw new Error(`${program} ended with ${code}: ${said}`);
  });
  return child;
}

export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function answers(url: string): Promise<void> {
  for (const end = Date.now() + 20_000; ; ) {
    const is = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (is) return;
    if (Date.now() > end) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export interface Notice {
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** A receiver of notices. */
export async function webhook(): Promise<{ server: Server; url: string; notices: Notice[] }> {
  const notices: Notice[] = [];
  const server = createServer((request, response) => {
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
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, notices };
}

export async function startAlertmanager(folder: string, webhookUrl: string) {
  const port = await freePort();
  writeFileSync(
    join(folder, 'alertmanager.yml'),
    stringify({
      route: { receiver: 'test', group_by: ['alertname'], group_wait: '100ms', group_interval: '500ms' },
      receivers: [{ name: 'test', webhook_configs: [{ url: webhookUrl }] }],
    }),
  );
  const args = ['--config.file=alertmanager.yml', '--storage.path=alertmanager', '--cluster.listen-address='];
  const address = `127.0.0.1:${port}`;
  const child = start('prometheus-alertmanager', [...args, `--web.listen-address=${address}`], folder);
  await answers(`http://${address}/-/ready`);
  return { child, address };
}

export interface PrometheusOptions {
  readonly targets: readonly string[];
  readonly alertmanager: string | null;
  /** Rule files by name. */
  readonly rules: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

export async function startPrometheus(
  folder: string,
  { targets, alertmanager, rules, flags = [] }: PrometheusOptions,
) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(rules)) writeFileSync(join(folder, name), text);
  const port = await freePort();
  writeFileSync(
    join(folder, 'prometheus.yml'),
    stringify({
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: Object.keys(rules),
      ...(alertmanager === null
        ? {}
        : { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] } }),
      scrape_configs: [
        { job_name: 'plimsoll', static_configs: [{ targets: targets.map((url) => new URL(url).host) }] },
      ],
    }),
  );
  const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=tsdb', '--log.level=warn', ...flags];
  const child = start('prometheus', [...args, `--web.listen-address=127.0.0.1:${port}`], folder);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/-/ready`);
  return {
    child,
    url,
    ask: (path: string, query: Readonly<Record<string, string>> = {}) => ask(url, path, query),
  };
}

/** Throws what Prometheus says against it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
async function ask(url: string, path: string, query: Readonly<Record<string, string>>): Promise<any> {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`);
  const answer = (await response.json()) as { status: string; data: unknown; error?: string };
  if (answer.status !== 'success') throw new Error(answer.error);
  return answer.data;
}

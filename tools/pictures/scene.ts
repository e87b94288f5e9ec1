/** A server in the middle of a day: four models, traffic, a canary on its way, houses that are no longer as they were, a job. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { example, folder, plimsoll, type Served, served } from '../../e2e/cli.ts';
import { api } from '../../e2e/rollouts/control.ts';
import { SteadyTraffic } from '../../e2e/rollouts/traffic.ts';
import type { RolloutView } from '../../src/control/port.ts';
import type { AlertRow } from '../../src/monitor/alerts/alert.ts';
import { rememberTraffic } from './past.ts';
import { customer, house, TRAFFIC } from './people.ts';

export interface Scene {
  readonly url: string;
  /** The rollout that runs. */
  readonly rollout: string;
  /** Fingerprint of the alert that fires. */
  readonly alert: string;
  /** The run that is done. */
  readonly run: string;
  close(): Promise<void>;
}

const PATIENCE_MILLIS = 60_000;
/** How much larger houses are, and how much further out, than those that the model was trained on. */
const SHIFT = [22, 3] as const;

export async function openScene(onStep: (step: string) => void): Promise<Scene> {
  const place = folder();
  const data = join(place, 'data');
  onStep('models, and ninety days of traffic');
  pushAll(place, data);
  await rememberTraffic(`sqlite:${join(data, 'plimsoll.db')}`);
  const server = await served(['--data', data, '--config', configIn(place), '--workers', '1']);
  const traffic = Object.entries(TRAFFIC).map(
    ([model, { rows, rate }]) => new SteadyTraffic({ url: server.said.url, model, rows, rate }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(traffic.map((one) => one.stop()));
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  };
  try {
    return { url: server.said.url, ...(await act(server, data, onStep)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function pushAll(place: string, data: string): void {
  const reference = join(place, 'reference.csv');
  writeRows(reference, 4000, house);
  writeRows(join(place, 'customers.csv'), 20_000, customer);
  for (const name of ['iris', 'house-prices', 'reviews', 'churn']) {
    const more = name === 'house-prices' ? ['--reference', reference] : [];
    run('push', example(`${name}.joblib`), '--name', name, ...more, '--data', data);
  }
  run('push', example('next/churn.joblib'), '--name', 'churn', '--data', data);
}

function run(...args: readonly string[]): void {
  const { status, stderr } = plimsoll(...args);
  if (status !== 0) throw new Error(`plimsoll ${args.join(' ')}: ${stderr}`);
}

function writeRows(path: string, count: number, one: () => object): void {
  const rows = Array.from({ length: count }, (_, k) => ({ number: k + 1, ...one() }));
  const names = Object.keys(rows[0] ?? {});
  writeFileSync(path, [names, ...rows.map(Object.values)].map((cells) => cells.join(',')).join('\n'));
}

function configIn(place: string): string {
  const path = join(place, 'plimsoll.json');
  const monitor = { log: { maxRate: 100_000 }, alerts: { for: '0s', coolDown: '0s' } };
  const nightly = {
    model: 'churn@1',
    input: join(place, 'customers.csv'),
    output: join(place, 'scores.parquet'),
    key: 'number',
  };
  const settings = { monitorShare: '50%', monitors: { 'house-prices': monitor }, jobs: { nightly } };
  writeFileSync(path, JSON.stringify(settings));
  return path;
}

async function act(
  { said: { url } }: Served,
  data: string,
  onStep: (step: string) => void,
): Promise<Omit<Scene, 'url' | 'close'>> {
  onStep('a canary');
  const policy = {
    ...{ window: '1s', watermark: '250ms' },
    stages: [
      { weight: 5, bake: '8s' },
      { weight: 25, bake: '1h', approval: true },
      { weight: 50, bake: '1h' },
      { weight: 100 },
    ],
  };
  const begun = { candidate: 2, strategy: 'canary', policy, force: true };
  const { id: rollout } = await api<RolloutView>(url, 'POST', 'endpoints/churn/rollouts', begun);
  onStep('a job');
  run('batch', 'submit', 'nightly', '--data', data);
  onStep('houses that are larger, and further out');
  for (let k = 0; k < 60; k++)
    await predict(
      url,
      Array.from({ length: 20 }, () => house(...SHIFT)),
    );
  onStep('an alert');
  const alert = await until('an alert', async () => {
    const { items } = await api<{ items: readonly AlertRow[] }>(url, 'GET', 'alerts');
    return items.find(({ state }) => state === 'firing') ?? null;
  });
  onStep('the end of the job, and the second stage of the canary');
  const done = await until('a job', async () => {
    const { items } = await api<Listed>(url, 'GET', 'jobs/nightly/runs');
    const failed = items.find(({ state }) => ['failed', 'held'].includes(state));
    if (failed !== undefined) throw new Error(`the job ended otherwise: ${JSON.stringify(failed)}`);
    return items.find(({ state }) => state === 'done') ?? null;
  });
  await until(
    'the second stage',
    async () => (await api<RolloutView>(url, 'GET', `rollouts/${rollout}`)).weight === 25,
  );
  return { rollout, run: done.id, alert: alert.fingerprint };
}

interface Listed {
  readonly items: readonly { readonly id: string; readonly state: string }[];
}

async function predict(url: string, rows: readonly unknown[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ rows });
  const { status } = await fetch(`${url}/models/house-prices/predict`, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`a prediction was answered with ${status}`);
}

/** What `found` answers once it is neither false nor null. */
async function until<T>(what: string, found: () => Promise<T | false | null>): Promise<T> {
  const end = Date.now() + PATIENCE_MILLIS;
  while (Date.now() < end) {
    const answer = await found();
    if (answer !== false && answer !== null) return answer;
    await sleep(500);
  }
  throw new Error(`${what} takes more than ${PATIENCE_MILLIS / 1000} s`);
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndpointView } from '../../src/control/port.ts';
import { example, plimsoll, ROOT, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { childrenOf } from '../processes.ts';
import { api, begun } from '../rollouts/control.ts';
import { call } from '../serving/client.ts';
import { ask } from './models.ts';

/** A model and a small script are sent to a server over HTTP; what comes of it scales with its load, to zero and back. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-managed-'));
const FOREST = join(ROOT, 'fixtures/models/sklearn-1.9.1/forest-classifier-balanced.joblib');
const { expected, input } = JSON.parse(readFileSync(FOREST.replace('.joblib', '.json'), 'utf8')) as {
  expected: { predict_proba: number[][] };
  input: { instances: number[][] };
};
const ROW = input.instances[0]!;
const SCORE = expected.predict_proba[0]!.at(-1)!;

/** Each call takes a worker for 20 ms, as a model does that is worth a worker of its own. */
const SCRIPT = `
import pathlib, time
import joblib

def model_fn(model_dir):
    return joblib.load(next(pathlib.Path(model_dir).glob("*.joblib")))

def predict_fn(data, model):
    time.sleep(0.02)
    return {"score": model.predict_proba(data)[:, -1]}
`;
const SETTINGS = { WORKERS: '0-2', COOLDOWN: '3', IDLE: '5' };

let server: Served;
beforeAll(async () => {
  for (const [name, value] of Object.entries(SETTINGS)) process.env[`PLIMSOLL_PYTHON_${name}`] = value;
  writeFileSync(join(folder, 'inference.py'), SCRIPT);
  writeFileSync(
    join(folder, 'golden.json'),
    JSON.stringify({ input: { instances: [ROW] }, expected: { score: [SCORE] } }),
  );
  server = await served(['--workers', '1', '--no-capture', example('iris.joblib'), `forest=${FOREST}`]);
}, 60_000);
afterAll(async () => {
  for (const name of Object.keys(SETTINGS)) delete process.env[`PLIMSOLL_PYTHON_${name}`];
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

/** Workers of the model that answer now. */
async function up(): Promise<number> {
  const text = await (await fetch(`${server.said.url}/metrics`)).text();
  return Number(/^python_workers_up\{model_name="risk"[^}]*\} (\d+)/m.exec(text)?.[1]);
}

/** Clients that ask one request after the other, until told to stop; each answer has to be right. Says how many there were. */
function load(clients: number): () => Promise<number> {
  let [isOver, answers] = [false, 0];
  const client = async (): Promise<void> => {
    while (!isOver) {
      const { status, body } = await ask(server, 'risk', [ROW]);
      expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining(String(SCORE))]);
      answers++;
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  // A failure is told where the clients are told to stop.
  all.catch(() => undefined);
  return async () => {
    isOver = true;
    await all;
    return answers;
  };
}

test('a model and a script sent over HTTP become an endpoint', { timeout: 240_000 }, async () => {
  const script = ['--script', join(folder, 'inference.py'), '--runtime', 'python', '--trust'];
  const golden = ['--golden', join(folder, 'golden.json')];
  const pushed = plimsoll(
    'push',
    FOREST,
    '--name',
    'risk',
    ...script,
    ...golden,
    '--url',
    server.said.url,
    '--json',
  );
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  expect(JSON.parse(pushed.stdout)).toMatchObject({ state: 'ready', answers: true });
  expect((await ask(server, 'risk', [ROW])).status).toBe(200);
});

test('five times the load brings a second worker, which goes afterwards; no request is lost', {
  timeout: 120_000,
}, async () => {
  const calm = load(1);
  await sleep(4000);
  expect(await up()).toBe(1);
  const more = load(4);
  await expect.poll(up, { timeout: 60_000 }).toBe(2);
  await sleep(1000);
  const answered = await more();
  await expect.poll(up, { timeout: 40_000 }).toBe(1);
  console.log(`1 → 2 → 1 workers; ${answered + (await calm())} requests, all answered and right`);
});

test('left alone it has no worker, and the next request starts one', { timeout: 90_000 }, async () => {
  await expect.poll(up, { timeout: 40_000 }).toBe(0);
  await sleep(500);
  const started = performance.now();
  const { status } = await ask(server, 'risk', [ROW]);
  expect(status).toBe(200);
  console.log(`from zero, the first answer took ${Math.round(performance.now() - started)} ms`);
  expect(await up()).toBe(1);
});

test('compiled and run with Python it shares an endpoint and answers alike, also when its worker is killed', {
  timeout: 240_000,
}, async () => {
  const { url } = server.said;
  const python = ['--runtime', 'python', '--trust'];
  const pushed = plimsoll('push', FOREST, '--name', 'forest', ...python, '--url', url);
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  const guards = { errors: false, latency: false, outputs: false };
  const policy = { guards, certificate: false, stages: [{ weight: 50, bake: '1h' }, { weight: 100 }] };
  await begun(url, 'forest', { strategy: 'canary', policy });
  const versions = async () =>
    (await api<EndpointView>(url, 'GET', 'endpoints/forest')).route.ranges.map(({ version }) => version);
  await expect.poll(versions, { timeout: 60_000 }).toHaveLength(2);
  const seen = new Map<unknown, Set<string>>();
  for (let k = 0; k < 40; k++) {
    if (k === 20) killWorkers();
    const headers = { 'x-unit-id': `user-${k}` };
    const answer = await call(`${url}/models/forest/predict`, { headers, body: { rows: [ROW] } });
    expect(answer.status, answer.text).toBe(200);
    const { predictions, probabilities } = JSON.parse(answer.text);
    const version = answer.headers['x-model-version'];
    seen.set(version, (seen.get(version) ?? new Set()).add(JSON.stringify([predictions, probabilities])));
  }
  expect([...seen.keys()].sort()).toEqual(['1', '2']);
  expect(new Set([...seen.values()].flatMap((answers) => [...answers])).size).toBe(1);
});

/** Those of all models, as an operator or the system would. */
function killWorkers(): void {
  const workers = childrenOf(server.child.pid!).filter(({ command }) => command.includes('plimsoll/worker'));
  expect(workers.length).toBeGreaterThan(0);
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
}

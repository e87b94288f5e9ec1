import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { api, begun, fixture, rows, standing } from '../rollouts/control.ts';
import { call } from '../serving/client.ts';

/** One endpoint, version 1 compiled and version 2 run with Python: both answer, and both are seen. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-python-rollouts-'));
const data = join(folder, 'data');
const GUARDS = { errors: false, latency: false, outputs: false };
const QUICK = { window: '500ms', watermark: '400ms', guards: GUARDS, certificate: false };
const file = fixture('stable');
let server: Served;
let url: string;

beforeAll(async () => {
  for (const name of ['split', 'shadowed']) {
    for (const python of [[], ['--runtime', 'python', '--trust']]) {
      const pushed = plimsoll('push', file, '--name', name, ...python, '--data', data);
      expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
    }
  }
  server = await served(['--data', data]);
  url = server.said.url;
}, 240_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

interface Standing {
  readonly route: { readonly ranges: readonly { readonly version: number }[]; readonly shadow: unknown };
}
const route = async (endpoint: string) => (await api<Standing>(url, 'GET', `endpoints/${endpoint}`)).route;
/** A Python version imports its libraries first: a replica of it is ready some seconds later. */
const READY = { timeout: 60_000, interval: 250 };

const ask = (model: string, k: number) =>
  call(`${url}/models/${model}/predict`, {
    headers: { 'x-unit-id': `user-${k}` },
    body: { rows: [rows[k % rows.length]] },
  });

test('a canary: requests are answered by both, and alike', { timeout: 120_000 }, async () => {
  const policy = { ...QUICK, stages: [{ weight: 50, bake: '1h' }, { weight: 100 }] };
  await begun(url, 'split', { strategy: 'canary', policy });
  const versions = async () => (await route('split')).ranges.map(({ version }) => version).sort();
  await expect.poll(versions, READY).toEqual([1, 2]);
  const seen = new Map<string, number>();
  for (let k = 0; k < 60; k++) {
    const first = await ask('split', k);
    expect(first.status, first.text).toBe(200);
    const version = String(first.headers['x-model-version']);
    seen.set(version, (seen.get(version) ?? 0) + 1);
    const direct = await ask('shadowed', k);
    expect(JSON.parse(first.text).predictions).toEqual(JSON.parse(direct.text).predictions);
  }
  expect([...seen.keys()].sort()).toEqual(['1', '2']);
});

test('a shadow: the compiled version answers, Python is given a copy of every request', {
  timeout: 120_000,
}, async () => {
  const policy = { ...QUICK, stages: [{ shadow: 100, bake: '1h' }, { weight: 100 }] };
  const rollout = await begun(url, 'shadowed', { strategy: 'canary', policy });
  const shadow = async () => (await route('shadowed')).shadow;
  await expect.poll(shadow, READY).toEqual({ version: 2, percent: 100 });
  for (let k = 0; k < 40; k++) {
    const { status, headers, text } = await ask('shadowed', k);
    expect(status, text).toBe(200);
    expect(headers['x-model-version']).toBe('1');
  }
  const mirrored = async () => (await standing(url, rollout)).left.mirrored;
  await expect.poll(mirrored, { timeout: 20_000 }).toBeGreaterThan(20);
});

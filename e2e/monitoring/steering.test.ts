import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DriftView } from '../../src/monitor/port.ts';
import { plimsoll, type Served, served } from '../cli.ts';
import { api, begun, fixture, type Rollout, standing } from '../rollouts/control.ts';
import { csvOf, People, type Person } from './people.ts';

/**
 * What drift does to real rollouts: one that both versions see pauses them, one that the candidate alone sees gives it up where
 * the policy says so, and where it says `none` nothing happens. Whoever trains again is called once.
 */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-steering-'));
const data = join(folder, 'data');
const people = new People(7);
/** By the name of the endpoint: what its policy says, and by how much the reference of the candidate is off. */
const ENDPOINTS = {
  both: { rollout: 'rollback', off: 0 },
  alone: { rollout: 'rollback', off: 1.5 },
  frozen: { rollout: 'freeze', off: 1.5 },
  free: { rollout: 'none', off: 0 },
} as const;
type Name = keyof typeof ENDPOINTS;
const NAMES = Object.keys(ENDPOINTS) as readonly Name[];
/** How long drift must hold before somebody is told, or a candidate that sees it alone is given up. */
const HELD = '5s';
const HALF = { window: '1s', watermark: '400ms', stages: [{ weight: 50, bake: '1h' }, { weight: 100 }] };

let server: Served;
let receiver: Server;
const calls: { readonly event: string; readonly endpoint: string; readonly incident: string }[] = [];
const rollouts = new Map<Name, Rollout>();

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      calls.push(JSON.parse(text));
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/retrain`;
  const monitorOf = (name: Name) => ({
    drift: { rollout: ENDPOINTS[name].rollout },
    log: { maxRate: 100_000 },
    alerts: { for: HELD, coolDown: '0s', groupWait: '0s' },
    receivers: { training: { kind: 'retrain', url } },
  });
  const monitors = Object.fromEntries(NAMES.map((name) => [name, monitorOf(name)]));
  writeFileSync(join(folder, 'plimsoll.json'), JSON.stringify({ monitorShare: '50%', monitors }));
  for (const name of NAMES) push(name, 'stable', 0);
  server = await served(['--data', data, '--config', join(folder, 'plimsoll.json'), '--workers', '1']);
  for (const name of NAMES) push(name, 'good', ENDPOINTS[name].off);
}, 180_000);
afterAll(async () => {
  await server?.stop();
  receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

function push(name: Name, model: string, off: number): void {
  const reference = join(folder, `${off}.csv`);
  writeFileSync(reference, csvOf(people.many(3000, off)));
  // A bundle has one reference: another one is for a file of other bytes.
  const file = join(folder, `${model}-${off}.joblib`);
  writeFileSync(file, deflateSync(inflateSync(readFileSync(fixture(model))), { level: off === 0 ? 9 : 1 }));
  const args = ['push', file, '--name', name, '--reference', reference, '--data', data];
  const { status, stderr } = plimsoll(...args);
  expect(status, stderr).toBe(0);
}

async function ask(name: Name, rows: readonly Person[], unit: string): Promise<void> {
  const response = await fetch(`${server.said.url}/models/${name}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-unit-id': unit },
    body: JSON.stringify({ rows: rows.map(({ row }) => row) }),
  });
  expect(response.status).toBe(200);
}

let units = 0;
/** Units of ten rows each. */
async function send(name: Name, count: number, shift = 0): Promise<void> {
  for (let i = 0; i < count; i++) await ask(name, people.many(10, shift), `unit-${units++}`);
}

const now = (name: Name): Promise<Rollout> => standing(server.said.url, rollouts.get(name)!);
const stateOf = async (name: Name): Promise<string> => (await now(name)).state;
const driftOf = (name: Name, version: number): Promise<DriftView> =>
  api(server.said.url, 'GET', `endpoints/${name}/drift?version=${version}`);
interface Audit {
  readonly items: readonly { readonly by: string; readonly subject: string; readonly body: unknown }[];
}
const steeredOf = async (name: Name): Promise<readonly string[]> => {
  const { id } = rollouts.get(name)!;
  const { items } = await api<Audit>(server.said.url, 'GET', 'audit?limit=1000');
  return items
    .filter(({ by, subject }) => by === 'monitor' && subject.includes(id))
    .map((entry) => JSON.stringify(entry));
};

test('rollouts begin with traffic that all versions know, and go on', { timeout: 150_000 }, async () => {
  for (const name of NAMES) {
    const policy = HALF;
    rollouts.set(name, await begun(server.said.url, name, { strategy: 'canary', policy }));
  }
  await send('both', 60);
  await send('free', 60);
  const seen = async () => (await driftOf('both', 2).catch(() => ({ rows: 0 }))).rows;
  await expect.poll(seen, { timeout: 90_000, interval: 500 }).toBeGreaterThan(100);
  expect([await stateOf('both'), await stateOf('free')]).toEqual(['running', 'running']);
});

test('drift that both versions see pauses, with the reason in the audit', { timeout: 300_000 }, async () => {
  await send('both', 120, 1.5);
  await send('free', 120, 1.5);
  await expect.poll(() => stateOf('both'), { timeout: 90_000, interval: 500 }).toBe('holding');
  await send('both', 120, 1.5);
  await expect
    .poll(async () => (await driftOf('both', 1)).cause, { timeout: 90_000, interval: 500 })
    .toBe('data');
  expect(await steeredOf('both')).toMatchObject([expect.stringMatching(/drift while it runs: .* moved/)]);
  // Of rows that come while the machine is busy few are logged: its traffic goes on, as it does elsewhere.
  const free = async () => {
    await send('free', 10, 1.5);
    return (await driftOf('free', 2)).findings.length;
  };
  await expect.poll(free, { timeout: 90_000, interval: 500 }).toBeGreaterThan(0);
});

test('drift that the candidate alone sees pauses it, and gives it up once it has held where that is wanted', {
  timeout: 400_000,
}, async () => {
  await send('alone', 120);
  await send('frozen', 120);
  await expect.poll(() => stateOf('alone'), { timeout: 90_000, interval: 500 }).toBe('holding');
  await expect.poll(() => stateOf('frozen'), { timeout: 90_000, interval: 500 }).toBe('holding');
  await expect.poll(() => stateOf('alone'), { timeout: 100_000, interval: 1000 }).toBe('aborted');
  const endpoint = await api<{ stable: number }>(server.said.url, 'GET', 'endpoints/alone');
  expect(endpoint.stable).toBe(1);
  const [, abort] = await steeredOf('alone');
  expect(abort).toMatch(/\(the candidate alone\)/);
  // Others have had more time than that by now.
  expect([await stateOf('frozen'), await stateOf('both')]).toEqual(['holding', 'holding']);
  expect(await stateOf('free')).toBe('running');
  expect(await steeredOf('free')).toEqual([]);
});

test('whoever trains again was called once for each incident', async () => {
  const of = (name: Name) => calls.filter(({ endpoint, event }) => endpoint === name && event === 'retrain');
  expect(of('both')).toHaveLength(1);
  expect(of('free')).toHaveLength(1);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../src/core/random.ts';
import { BIN, folder } from './cli.ts';
import { api, fixture, type Rollout, rows } from './rollouts/control.ts';
import { SteadyTraffic } from './rollouts/traffic.ts';

/** The whole process group is killed again and again while a rollout goes on; what was written down decides. */

const KILLS = Number(process.env['PLIMSOLL_KILLS'] ?? 200);
/** A rollout is started anew when one is over: kills hit every stage. */
const POLICY = {
  window: '300ms',
  watermark: '300ms',
  stages: [
    { shadow: 100, bake: '3s', minUnits: 5 },
    ...[5, 25, 50].map((weight) => ({ weight, bake: '3s', minUnits: 5 })),
    { weight: 100 },
  ],
  certificate: false,
  guards: { latency: false },
};
const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_261_126);

const data = folder();
let child: ChildProcess | null = null;
afterAll(() => {
  if (child?.pid) kill(child);
  rmSync(data, { recursive: true, force: true });
});

const kill = ({ pid }: ChildProcess): void => {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
};

/** Starts the server in a process group of its own; answers its URL. */
async function start(workers: number): Promise<string> {
  const args = ['serve', '--json', '--port', '0', '--data', data, '--workers', String(workers)];
  const started = spawn(process.execPath, [BIN, ...args, `churn=${fixture('stable')}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  child = started;
  let text = '';
  started.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await expect.poll(() => text.includes('\n') || started.exitCode !== null, { timeout: 30_000 }).toBe(true);
  return (JSON.parse(text) as { url: string }).url;
}

interface Written {
  readonly events: readonly { seq: number; kind: string }[];
  readonly actions: readonly { id: string; body: string }[];
  readonly generation: number;
  readonly route: { readonly ranges: readonly { from: number; to: number; version: number }[] };
}

/** What the store holds while nobody has it open. */
function written(rollout: string): Written {
  const database = new DatabaseSync(join(data, 'plimsoll.db'));
  try {
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    const of = (text: string) => database.prepare(text).all(rollout) as unknown[];
    const endpoint = database.prepare("select * from endpoints where name = 'churn'").get() as {
      generation: number;
      route: string;
    };
    return {
      events: of('select seq, kind from rollout_events where rollout = ? order by seq') as Written['events'],
      actions: of(
        'select id, body from rollout_actions where rollout = ? order by seq, id',
      ) as Written['actions'],
      generation: endpoint.generation,
      route: JSON.parse(endpoint.route) as Written['route'],
    };
  } finally {
    database.close();
  }
}

const shareOf = (route: Written['route'], version: number): number =>
  route.ranges.filter((range) => range.version === version).reduce((sum, { from, to }) => sum + to - from, 0);

/** The largest share that any persisted decision of the rollout wants for the candidate. */
const decidedShare = ({ actions }: Written): number =>
  Math.max(
    0,
    ...actions.map(({ body }) => {
      const deed = JSON.parse(body) as { kind: string; target?: Written['route'] };
      return deed.kind === 'flip' ? shareOf(deed.target!, 2) : 0;
    }),
  );

test(`a rollout killed at ${KILLS} random moments goes on where it was`, { timeout: 1_800_000 }, async () => {
  const random = seededRandom(SEED);
  console.log(`seed ${SEED}`);
  let url = await start(1);
  await api(url, 'POST', 'models/churn/versions?wait=60s', { path: fixture('good') });
  let rollout: Rollout | null = null;
  const states: Record<string, number> = {};
  for (let kills = 0; kills < KILLS; kills++) {
    const standing: Rollout | null = rollout && (await api<Rollout>(url, 'GET', `rollouts/${rollout.id}`));
    if (standing === null || standing.state !== 'running') {
      if (standing !== null) expect(standing.state).toBe('promoted');
      if (standing !== null) await api(url, 'POST', 'endpoints/churn:rollback', { to: 1 });
      const body = { candidate: 2, strategy: 'canary', policy: POLICY };
      rollout = await api<Rollout>(url, 'POST', 'endpoints/churn/rollouts', body);
    }
    const traffic = new SteadyTraffic({ url, model: 'churn', rate: 150, rows });
    await wait(200 + 1500 * random.next());
    const before = await api<Rollout>(url, 'GET', `rollouts/${rollout!.id}`);
    await wait(50 * random.next());
    const died = once(child!, 'exit');
    kill(child!);
    await died;
    await traffic.stop();
    const after = written(rollout!.id);
    expect(after.events.map(({ seq }) => seq)).toEqual(after.events.map((_, seq) => seq));
    expect(new Set(after.actions.map(({ id }) => id)).size).toBe(after.actions.length);
    const isPromoted = before.state === 'promoted' || shareOf(after.route, 2) === 10_000;
    if (!isPromoted) expect(shareOf(after.route, 2)).toBeLessThanOrEqual(decidedShare(after));
    url = await start(kills % 10 === 9 ? 2 : 1);
    const resumed = await api<Rollout>(url, 'GET', `rollouts/${rollout!.id}`);
    // What was shown before is what was written down: it is never taken back.
    expect(resumed.stage).toBeGreaterThanOrEqual(before.stage);
    expect(resumed.evidence['errors']?.maxLog ?? 0).toBeGreaterThanOrEqual(
      (before.evidence['errors']?.maxLog ?? 0) - 1e-9,
    );
    for (const [i, arm] of before.arms.entries())
      expect(resumed.arms[i]!.units).toBeGreaterThanOrEqual(arm.units);
    const key = `${resumed.state}, stage ${resumed.stage}`;
    states[key] = (states[key] ?? 0) + 1;
  }
  console.log(states);
  expect(Object.keys(states).length).toBeGreaterThan(3);
});

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync, inflateSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { example, folder, plimsoll, type Served, served } from './cli.ts';
import { controlOf, workersOf } from './processes.ts';
import { call, type Reply } from './serving/client.ts';

// Each starts several servers of several processes, from source.
vi.setConfig({ testTimeout: 120_000 });

const iris = example('iris.joblib');
/** The same model in other bytes. */
const again = join(folder(), 'again.joblib');
writeFileSync(again, deflateSync(inflateSync(readFileSync(iris)), { level: 1 }));

const ROW = { rows: [[5.1, 3.5, 1.4, 0.2]] };
const QUICK = {
  window: '250ms',
  watermark: '100ms',
  stages: [{ weight: 50, bake: '1h' }, { weight: 100 }],
};

const started: Served[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL'); // where a test has failed before its end
});

async function start(data: string, ...args: readonly string[]): Promise<Served> {
  const server = await served(['--data', data, ...args]);
  started.push(server);
  return server;
}

const api = ({ said }: Served, path: string, body?: unknown): Promise<Reply> =>
  call(
    `${said.url}/api/v1/${path}`,
    body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } },
  );

const endpoint = async (server: Served) => (await api(server, 'endpoints/iris')).json;

/** Versions that answer forty users. */
async function versionsOf({ said }: Served): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (let user = 0; user < 40; user++) {
    const { status, headers } = await call(`${said.url}/predict`, {
      body: ROW,
      headers: { 'x-unit-id': `u${user}` },
    });
    expect(status).toBe(200);
    const version = Number(headers['x-model-version']);
    counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return counts;
}

/** Replaces the default rollout, whose first stage takes minutes, by one that has half of the users at once. */
async function halfAndHalf(server: Served): Promise<string> {
  const { rollout } = await endpoint(server);
  expect((await api(server, `rollouts/${rollout.id}:abort`, {})).status).toBe(200);
  const begun = await api(server, 'endpoints/iris/rollouts', {
    candidate: 2,
    strategy: 'canary',
    policy: QUICK,
  });
  expect(begun.status).toBe(201);
  await expect.poll(async () => (await versionsOf(server)).size, { timeout: 10_000 }).toBe(2);
  return begun.json.id;
}

describe.each([
  ['one process', ['--workers', '1']],
  ['two workers', ['--workers', '2']],
])('%s', (_, workers) => {
  test('another file under the same name is its next version, and is shadowed before it answers', async () => {
    const data = folder();
    const first = await start(data, iris, ...workers);
    expect(await first.stop()).toBe(0);
    const second = await start(data, `iris=${again}`, ...workers);
    expect(second.said.models).toMatchObject([
      {
        name: 'iris',
        version: 1,
        rollout: { candidate: 2, strategy: 'canary', plan: expect.stringMatching(/^shadow 100 %/) },
      },
    ]);
    await expect
      .poll(async () => (await endpoint(second)).route.shadow)
      .toEqual({ version: 2, percent: 100 });
    expect((await endpoint(second)).rollout).toMatchObject({ state: 'running', stage: 0, candidate: 2 });
    const mirrored = async (): Promise<number> => {
      const { text } = await call(`${second.said.url}/metrics`);
      const line = /plimsoll_shadow_total\{model_name="iris",outcome="mirrored"\} (\d+)/.exec(text);
      return Number(line?.[1] ?? 0);
    };
    // The route is written before every worker has heard of it.
    const follows = async (): Promise<boolean> => {
      const before = await mirrored();
      await versionsOf(second);
      await sleep(200);
      return (await mirrored()) === before + 40;
    };
    await expect.poll(follows, { timeout: 20_000 }).toBe(true);
    const before = await mirrored();
    expect(await versionsOf(second)).toEqual(new Map([[1, 40]]));
    await expect.poll(mirrored).toBe(before + 40);
    expect(await second.stop()).toBe(0);
  });

  test('killed in the middle of a rollout, everything goes on where it was', async () => {
    const data = folder();
    await (await start(data, iris, ...workers)).stop();
    const before = await start(data, `iris=${again}`, ...workers);
    const id = await halfAndHalf(before);
    const versions = await versionsOf(before);
    const { generation } = await endpoint(before);
    await before.stop('SIGKILL');
    const after = await start(data, ...workers);
    expect((await endpoint(after)).rollout).toMatchObject({ id, state: 'running', weight: 50 });
    expect((await endpoint(after)).generation).toBe(generation);
    expect(await versionsOf(after)).toEqual(versions);
    const rolledBack = await api(after, 'endpoints/iris:rollback', {});
    expect(rolledBack.status).toBe(200);
    expect(await versionsOf(after)).toEqual(new Map([[1, 40]]));
    expect(await after.stop()).toBe(0);
  });

  test('--immediate replaces the old version at once, and a restart without a file serves the new one', async () => {
    const data = folder();
    await (await start(data, iris, ...workers)).stop();
    const second = await start(data, `iris=${again}`, '--immediate', ...workers);
    await expect.poll(() => versionsOf(second), { timeout: 10_000 }).toEqual(new Map([[2, 40]]));
    await expect.poll(async () => (await endpoint(second)).rollout, { timeout: 10_000 }).toBe(null);
    expect(await second.stop()).toBe(0);
    const third = await start(data, ...workers);
    expect(third.said.models).toMatchObject([{ name: 'iris', version: 2, rollout: null }]);
    expect(await versionsOf(third)).toEqual(new Map([[2, 40]]));
    expect(await third.stop()).toBe(0);
  });
});

test('a control process that is killed stops no answer, and goes on when it is back', async () => {
  const data = folder();
  await (await start(data, iris)).stop();
  const server = await start(data, `iris=${again}`, '--workers', '2');
  const id = await halfAndHalf(server);
  const versions = await versionsOf(server);
  const control = controlOf(server.child.pid!)!;
  process.kill(control, 'SIGKILL');
  expect(await versionsOf(server)).toEqual(versions);
  await expect.poll(async () => (await api(server, `rollouts/${id}`)).status, { timeout: 10_000 }).toBe(200);
  expect((await endpoint(server)).rollout).toMatchObject({ id, state: 'running', weight: 50 });
  expect(controlOf(server.child.pid!)).not.toBe(control);
  expect((await api(server, 'endpoints/iris:rollback', {})).status).toBe(200);
  expect(await versionsOf(server)).toEqual(new Map([[1, 40]]));
  expect(await server.stop()).toBe(0);
});

test('while there is no control process, its API says so and predictions go on', async () => {
  const server = await start(folder(), iris, '--workers', '2');
  const control = controlOf(server.child.pid!)!;
  process.kill(control, 'SIGSTOP');
  process.kill(control, 'SIGKILL');
  const replies = await Promise.all(Array.from({ length: 5 }, () => api(server, 'models')));
  expect(replies.map(({ status }) => status)).toContain(503);
  expect(replies.find(({ status }) => status === 503)).toMatchObject({
    headers: { 'retry-after': '1' },
    json: { error: { code: 'CONTROL_DOWN' } },
  });
  expect(await versionsOf(server)).toEqual(new Map([[1, 40]]));
  expect(await server.stop()).toBe(0);
});

test('a worker that is killed comes back with the route of the others', async () => {
  const data = folder();
  await (await start(data, iris)).stop();
  const server = await start(data, `iris=${again}`, '--workers', '2');
  await halfAndHalf(server);
  const versions = await versionsOf(server);
  for (const worker of workersOf(server.child.pid!)) process.kill(worker, 'SIGKILL');
  expect(await versionsOf(server)).toEqual(versions);
  expect(await server.stop()).toBe(0);
});

test('a data folder that is being served is refused to a second server, which says who has it', async () => {
  const data = folder();
  const server = await start(data, iris, '--workers', '1');
  const { status, stderr } = plimsoll('serve', iris, '--data', data, '--port', '0');
  expect(stderr).toContain(
    `DATA_LOCKED: Cannot use the data folder "${data}": process ${server.child.pid} owns it and answers at ${server.said.url}`,
  );
  expect(status).toBe(1);
  await server.stop('SIGKILL');
  expect(await (await start(data, '--workers', '1')).stop()).toBe(0);
});

test('files that are dropped into a watched folder become versions, the first one of a model at once', async () => {
  const dropped = folder();
  const server = await start(folder(), '--watch', dropped, '--workers', '2');
  expect(server.said.models).toEqual([]);
  copyFileSync(iris, join(dropped, 'iris.joblib'));
  const version = async () =>
    (await call(`${server.said.url}/predict`, { body: ROW })).headers['x-model-version'];
  await expect.poll(version, { timeout: 20_000 }).toBe('1');
  copyFileSync(again, join(dropped, 'iris.joblib'));
  await expect
    .poll(async () => (await endpoint(server)).rollout, { timeout: 20_000 })
    .toMatchObject({ candidate: 2, by: 'watch' });
  expect(await server.stop()).toBe(0);
});

test('nothing to serve is said before anything is made', () => {
  const data = join(folder(), 'none');
  const { status, stderr } = plimsoll('serve', '--data', data);
  expect(stderr).toContain('no model file is given, and');
  expect(status).toBe(2);
});

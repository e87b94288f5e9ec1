import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { postgresBinaries, startPostgres } from '../../src/store/testing/postgres.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { controlOf } from '../processes.ts';
import { ask, bearer, IRIS, keysOf, refusalOf } from './server.ts';

vi.setConfig({ testTimeout: 180_000 });

const started: Served[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop('SIGKILL')));
});

/** How soon a change has reached every process. */
const SOON = { timeout: 5000, interval: 50 };
/** Connections of their own are spread over the workers: so many meet each of two with near certainty. */
const MANY = 20;

async function start(data: string, ...more: readonly string[]): Promise<Served> {
  const server = await served([example('iris.joblib'), '--data', data, '--keys', 'required', ...more]);
  started.push(server);
  return server;
}

/** What many connections get, each status once. */
async function statuses({ said }: Served, key: string): Promise<readonly number[]> {
  const asked = { body: IRIS, headers: bearer(key) };
  const answers = await Promise.all(Array.from({ length: MANY }, () => ask(`${said.url}/predict`, asked)));
  // Wrong keys are slowed down after a while.
  return [...new Set(answers.map(({ status }) => (status === 429 ? 401 : status)))];
}

const api = async ({ said }: Served, key: string, path: string, body: object) =>
  JSON.parse((await ask(`${said.url}/api/v1${path}`, { body, headers: bearer(key) })).text);

test('every worker knows a key within seconds of its making and its end, and knows them still without the control process', async () => {
  const { keys, option } = keysOf({ admin: 'admin' });
  const { admin } = keys;
  const server = await start(folder(), ...option, '--workers', '2');
  const { key } = await api(server, admin, '/api-keys', { name: 'shop', scope: 'predict' });
  await expect.poll(() => statuses(server, key), SOON).toEqual([200]);

  const rotated = await api(server, admin, '/api-keys/shop:rotate', { overlapMillis: 0 });
  await expect.poll(() => statuses(server, key), SOON).toEqual([401]);
  await expect.poll(() => statuses(server, rotated.key), SOON).toEqual([200]);

  process.kill(controlOf(server.child.pid!)!, 'SIGSTOP');
  expect(await statuses(server, rotated.key)).toEqual([200]);
  expect(await statuses(server, key)).toEqual([401]);
  process.kill(controlOf(server.child.pid!)!, 'SIGCONT');

  const begun = performance.now();
  await api(server, admin, '/api-keys/shop:revoke', {});
  await expect.poll(() => statuses(server, rotated.key), SOON).toEqual([401]);
  console.log(`revoked in every worker after ${Math.round(performance.now() - begun)} ms`);
  expect(await statuses(server, admin)).toEqual([200]);
});

const withPostgres = test.skipIf(postgresBinaries() === null);

withPostgres(
  'a key that one replica revokes is refused by the other within seconds (skipped without PostgreSQL)',
  async () => {
    const postgres = await startPostgres();
    try {
      const store = await postgres.database();
      const { keys, option } = keysOf({ admin: 'admin' });
      const { admin } = keys;
      const shared = [...option, '--store', store, '--workers', '1'];
      const one = await start(folder(), ...shared);
      const two = await start(folder(), ...shared);
      const { key } = await api(one, admin, '/api-keys', { name: 'shop', scope: 'predict' });
      for (const replica of [one, two]) await expect.poll(() => statuses(replica, key), SOON).toEqual([200]);
      await api(two, admin, '/api-keys/shop:revoke', {});
      for (const replica of [one, two]) await expect.poll(() => statuses(replica, key), SOON).toEqual([401]);

      // While the database is away, who was let in still is.
      await postgres.kill();
      await sleep(1000);
      for (const replica of [one, two]) expect(await statuses(replica, admin)).toEqual([200]);
      for (const replica of [one, two]) expect(await statuses(replica, key)).toEqual([401]);
    } finally {
      await postgres.stop();
    }
  },
);

test('an address that others reach is not listened on before there is a key, or the word that none is wanted', async () => {
  const everywhere = ['--host', '0.0.0.0', '--workers'];
  const refused = async (workers: string): Promise<void> => {
    const data = folder();
    const said = await refusalOf(data, ...everywhere, workers);
    expect(said).toContain('KEYS_MISSING');
    expect(said).toContain(`plimsoll keys create --name me --scope admin --data ${data}`);
  };
  const opening = served([example('iris.joblib'), '--insecure', ...everywhere, '1']);
  const [open] = await Promise.all([opening, refused('1'), refused('2')]);
  started.push(open);
  const url = open.said.url.replace('0.0.0.0', '127.0.0.1');
  expect((await ask(`${url}/predict`, { body: IRIS })).status).toBe(200);
  expect(JSON.parse((await ask(`${url}/api/v1/info`)).text)).toMatchObject({ access: 'insecure' });
  // It is open for predictions: what changes something needs a key from elsewhere all the same.
  const elsewhere = { headers: { 'x-forwarded-for': '10.1.2.3' }, method: 'POST' };
  expect((await ask(`${url}/api/v1/gc`, elsewhere)).status).toBe(403);
});

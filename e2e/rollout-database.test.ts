import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { postgresBinaries, startPostgres } from '../src/store/testing/postgres.ts';
import { example, folder, type Served, served } from './cli.ts';
import { call } from './serving/client.ts';

const iris = example('iris.joblib');
/** The same model in other bytes. */
const again = join(folder(), 'again.joblib');
writeFileSync(again, deflateSync(inflateSync(readFileSync(iris)), { level: 1 }));

const started: Served[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL'); // where a test has failed before its end
});

const ROW = { rows: [[5.1, 3.5, 1.4, 0.2]] };
const JSON_TYPE = { 'content-type': 'application/json' };

async function answers({ said }: Served): Promise<number> {
  const { status, headers } = await call(`${said.url}/predict`, { body: ROW });
  expect(status).toBe(200);
  return Number(headers['x-model-version']);
}

const withPostgres = test.skipIf(postgresBinaries() === null);

withPostgres(
  'while the shared database is away predictions go on, the API says so, and rollouts go on afterwards (skipped without PostgreSQL)',
  async () => {
    const postgres = await startPostgres();
    try {
      const store = await postgres.database();
      const args = ['--data', folder(), '--store', store, '--workers', '2'];
      const first = await served([...args, iris]);
      started.push(first);
      expect(await first.stop()).toBe(0);
      const server = await served([...args, `iris=${again}`]);
      started.push(server);
      expect(server.said.models).toMatchObject([{ name: 'iris', version: 1, rollout: { candidate: 2 } }]);

      await postgres.kill();
      const rollback = () =>
        call(`${server.said.url}/api/v1/endpoints/iris:rollback`, { body: {}, headers: JSON_TYPE });
      const promote = `${server.said.url}/api/v1/rollouts/ro_none:promote`;
      const refused = await call(promote, { body: {}, headers: JSON_TYPE });
      expect([refused.status, refused.json.error.code]).toEqual([503, 'STORE_UNAVAILABLE']);
      const taken = await rollback();
      expect([taken.status, taken.json]).toMatchObject([200, { stable: 1, durable: false }]);
      for (let k = 0; k < 20; k++) expect(await answers(server)).toBe(1);

      await postgres.start();
      const rollout = async () => (await call(`${server.said.url}/api/v1/endpoints/iris`)).json.rollout;
      await expect.poll(rollout, { timeout: 20_000 }).toBe(null);
      const ended = await call(`${server.said.url}/api/v1/endpoints/iris/rollouts`);
      expect(ended.json.items).toMatchObject([{ state: 'aborted', candidate: 2 }]);
      expect(await server.stop()).toBe(0);
    } finally {
      await postgres.stop();
    }
  },
  180_000,
);

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import type { DriftView, MonitorView } from '../../src/monitor/port.ts';
import {
  type PostgresServer,
  postgresBinaries,
  runPostgresStatement,
  startPostgres,
} from '../../src/store/testing/postgres.ts';
import { example, folder, type Served, served } from '../cli.ts';

/** Two servers, each with a data folder of its own, share a database: the rows of both are counted once, by one of them. */

const NAMES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
const random = seededRandom(42);
const row = (): number[] => [5 + random.next(), 3 + random.next(), 3 + random.next(), 1 + random.next()];

describe.skipIf(postgresBinaries() === null)('two servers over one database', { timeout: 120_000 }, () => {
  const folders = [folder(), folder()];
  const servers: Served[] = [];
  let postgres: PostgresServer;
  let url: string;

  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.database();
    const reference = join(folders[0]!, 'reference.csv');
    const lines = [NAMES.join(','), ...Array.from({ length: 3000 }, () => row().join(','))];
    writeFileSync(reference, `${lines.join('\n')}\n`);
    // Nothing is thinned: every row is to be found again.
    const settings = join(folders[0]!, 'plimsoll.json');
    writeFileSync(settings, JSON.stringify({ monitors: { iris: { log: { maxRate: 100_000 } } } }));
    mkdirSync(join(folders[0]!, 'bundles'));
    symlinkSync(join(folders[0]!, 'bundles'), join(folders[1]!, 'bundles'));
    for (const data of folders)
      servers.push(
        await served([
          ...[`iris=${example('iris.joblib')}`, '--reference', reference],
          ...['--data', data, '--store', url, '--workers', '1', '--config', settings],
        ]),
      );
  }, 180_000);
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await postgres?.stop();
    for (const path of folders) rmSync(path, { recursive: true, force: true });
  }, 60_000);

  const send = async (to: number, requests: number): Promise<void> => {
    for (let k = 0; k < requests; k++) {
      const body = JSON.stringify({ rows: Array.from({ length: 20 }, row) });
      const headers = { 'content-type': 'application/json' };
      const at = `${servers[to]!.said.url}/models/iris/predict`;
      expect((await fetch(at, { method: 'POST', headers, body })).status).toBe(200);
    }
  };
  const ask = async <T>(of: number, path: string): Promise<T> =>
    (await (await fetch(`${servers[of]!.said.url}/api/v1${path}`)).json()) as T;
  const selected = async (statement: string) =>
    (await runPostgresStatement(url, statement)) as readonly Record<string, unknown>[];
  const rows = async (of: number): Promise<number> =>
    (await ask<DriftView>(of, '/endpoints/iris/drift')).rows;

  test('each row is counted once, whoever answered it, and both servers say the same', async () => {
    for (let k = 0; k < 5; k++) {
      await send(0, 10);
      await send(1, 6);
    }
    for (const one of [0, 1]) await expect.poll(() => rows(one), { timeout: 60_000 }).toBe(1600);
    const replicas =
      'select replica, sum(rows)::int as rows from plimsoll_monitoring.ticks group by 1 order by 2';
    expect((await selected(replicas)).map((one) => one['rows'])).toEqual([600, 1000]);
    const holders = "select count(*)::int as n from plimsoll_monitoring.claims where what = 'evaluate'";
    expect(await runPostgresStatement(url, holders)).toEqual([{ n: 1 }]);
  });

  test('the other goes on where the one that evaluated is gone, from what it has kept', async () => {
    const holder = "select holder from plimsoll_monitoring.claims where what = 'evaluate'";
    const before = (await selected(holder))[0]!['holder'] as string;
    const gone = before.includes(folders[0]!) ? 0 : 1;
    servers[gone]!.child.kill('SIGKILL');
    await send(1 - gone, 20);
    await expect.poll(() => rows(1 - gone), { timeout: 90_000 }).toBe(2000);
    expect((await selected(holder))[0]!['holder']).not.toBe(before);
    expect((await ask<MonitorView>(1 - gone, '/endpoints/iris/monitor')).traffic.day).toBe(2000);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../open.ts';
import {
  emptied,
  HOOK_MILLIS,
  type PostgresServer,
  postgresBinaries,
  runPostgresStatement,
  startPostgres,
} from '../testing/postgres.ts';
import { version } from '../testing/rows.ts';
import { monitoringContract } from './testing/contract.ts';
import { intake, monitoringBlock, monitoringsOf } from './testing/monitorings.ts';

describe.skipIf(postgresBinaries() === null)('with a PostgreSQL server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);

  const place = { name: 'postgres', fresh: () => server.database(), empty: emptied } as const;
  monitoringContract(place);

  describe('monitoring in the database of a store', () => {
    const monitorings = monitoringsOf(place);

    it('lives beside it in a schema of its own', async () => {
      const url = await server.database();
      const [store, monitoring] = await Promise.all([openStore(url), monitorings.at(url)]);
      await store.tables.versions.insert(version());
      await monitoring.takeIn(intake({ blocks: [monitoringBlock(1)] }));
      await store.close();
      expect(await runPostgresStatement(url, 'select key from plimsoll_monitoring.blocks')).toEqual([
        { key: 'w1/1/1' },
      ]);
      expect(await runPostgresStatement(url, 'select model from plimsoll.versions')).toEqual([
        { model: 'churn' },
      ]);
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../open.ts';
import {
  asked,
  emptied,
  HOOK_MILLIS,
  type PostgresServer,
  postgresBinaries,
  startPostgres,
} from '../testing/postgres.ts';
import { version } from '../testing/rows.ts';
import { monitoringContract } from './testing/contract.ts';
import { block, intake, monitoringsOf } from './testing/monitorings.ts';

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
      await monitoring.takeIn(intake({ blocks: [block(1)] }));
      await store.close();
      expect(await asked(url, 'select key from plimsoll_monitoring.blocks')).toEqual([{ key: 'w1/1/1' }]);
      expect(await asked(url, 'select model from plimsoll.versions')).toEqual([{ model: 'churn' }]);
    });
  });
});

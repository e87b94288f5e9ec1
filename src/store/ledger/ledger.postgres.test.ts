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
import { ledgerContract } from './testing/contract.ts';
import { LEDGER_JOB, ledgersOf, newRun } from './testing/ledgers.ts';

describe.skipIf(postgresBinaries() === null)('with a PostgreSQL server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);

  const place = { name: 'postgres', fresh: () => server.database(), empty: emptied } as const;
  ledgerContract(place);

  describe('a ledger in the database of a store', () => {
    const ledgers = ledgersOf(place);

    it('lives beside it in a schema of its own', async () => {
      const url = await server.database();
      const [store, ledger] = await Promise.all([openStore(url), ledgers.at(url)]);
      await store.tables.versions.insert(version());
      await ledger.begin(LEDGER_JOB, newRun('r1'));
      await store.close();
      expect(await runPostgresStatement(url, 'select id from plimsoll_jobs.runs')).toEqual([{ id: 'r1' }]);
      expect(await runPostgresStatement(url, 'select model from plimsoll.versions')).toEqual([
        { model: 'churn' },
      ]);
      const names = 'select table_name from information_schema.tables where table_schema = $$plimsoll_jobs$$';
      expect(await runPostgresStatement(url, `${names} order by 1`)).toEqual(
        ['chunks', 'jobs', 'pieces', 'runs', 'schema_versions'].map((table_name) => ({ table_name })),
      );
    });
  });
});

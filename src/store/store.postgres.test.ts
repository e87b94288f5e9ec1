import { afterAll, beforeAll, describe } from 'vitest';
import { storeContract } from './testing/contract.ts';
import {
  emptied,
  HOOK_MILLIS,
  type PostgresServer,
  postgresBinaries,
  startPostgres,
} from './testing/postgres.ts';

describe.skipIf(postgresBinaries() === null)('with a PostgreSQL server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);

  storeContract({ name: 'postgres', fresh: () => server.database(), empty: emptied });
});

import { afterAll, beforeAll, describe } from 'vitest';
import { storeContract } from './testing/contract.ts';
import { type PostgresServer, postgresBinaries, startPostgres } from './testing/postgres.ts';

describe.skipIf(postgresBinaries() === null)('with a PostgreSQL server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  storeContract({ name: 'postgres', fresh: () => server.database() });
});

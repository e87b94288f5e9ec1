import { afterAll, beforeAll, describe } from 'vitest';
import { HOOK_MILLIS, type PostgresServer, startPostgres } from '../../store/testing/postgres.ts';
import { PARQUET, postgresPlace } from './testing/kill-places.ts';
import { killContract } from './testing/kills.ts';

const KILLS = 30;
let server: PostgresServer;

describe('kills at random moments', () => {
  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server.stop(), HOOK_MILLIS);
  killContract(PARQUET, KILLS);
  killContract(
    postgresPlace(() => server),
    KILLS,
  );
});

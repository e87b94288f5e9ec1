import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../open.ts';
import {
  HOOK_MILLIS,
  type PostgresServer,
  postgresBinaries,
  runPostgresStatement,
  startPostgres,
} from '../testing/postgres.ts';
import { CHANGE, endpoint } from '../testing/rows.ts';

describe.skipIf(postgresBinaries() === null)('who listens to changes in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);

  it('is told within a moment, on a connection that lasts, and again once a broken one has been made anew', async () => {
    const url = await server.database();
    const [writer, reader] = [await openStore(url), await openStore(url)];
    let told = 0;
    reader.onChange('endpoints', () => {
      told++;
    });
    // That it listens.
    await expect.poll(() => told).toBe(1);
    const delays: number[] = [];
    for (let n = 0; n < 20; n++) {
      const before = told;
      await writer.tables.endpoints.insert(endpoint(`e${n}`), CHANGE);
      const began = performance.now();
      while (told === before) await new Promise((resolve) => setImmediate(resolve));
      delays.push(performance.now() - began);
    }
    console.log(`told after ${Math.max(...delays).toFixed(1)} ms at most`);

    const cut = await runPostgresStatement(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plimsoll changes'",
    );
    expect(cut).toHaveLength(1);
    const before = told;
    await writer.tables.endpoints.insert(endpoint('unheard'), CHANGE);
    await expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThan(before);
    const again = told;
    await writer.tables.endpoints.insert(endpoint('heard'), CHANGE);
    await expect.poll(() => told).toBeGreaterThan(again);
    await Promise.all([writer.close(), reader.close()]);
  });

  it(
    'of a server that is away is told once it is back, and can be closed meanwhile',
    async () => {
      const url = await server.database();
      const [one, other] = [await openStore(url), await openStore(url)];
      await server.kill();
      let told = 0;
      for (const store of [one, other])
        store.onChange('orders', () => {
          told++;
        });
      await other.close();
      await server.start();
      await expect.poll(() => told, { timeout: 20_000 }).toBe(1);
      await one.close();
    },
    HOOK_MILLIS,
  );
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOOK_MILLIS, type PostgresServer, postgresBinaries, startPostgres } from '../testing/postgres.ts';
import type { StorePlace } from '../testing/stores.ts';
import { heldRun, ledgersOf } from './testing/ledgers.ts';
import { ledgerProcessesContract } from './testing/processes.ts';

/** A thousand million rows, in chunks of the usual size. */
const CHUNKS = 10_000;
/** As large as one with the distributions of a few columns. */
const account = (chunk: number) => ({ chunk, counts: { read: 122_880 }, distributions: 'x'.repeat(3000) });

const manyChunks = (place: StorePlace): void => {
  const ledgers = ledgersOf(place);

  it('keeps ten thousand chunks, and gives them back at once', { timeout: 300_000 }, async () => {
    const url = await place.fresh();
    const ledger = await ledgers.at(url);
    await heldRun(ledger);
    for (let chunk = 0; chunk < CHUNKS; chunk += 1)
      expect(await ledger.finishChunk('r1', 1, chunk, account(chunk), { done: chunk + 1 })).toBe(true);
    const began = performance.now();
    const chunks = (await (await ledgers.at(url)).chunks('r1')) as readonly ReturnType<typeof account>[];
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(chunks.map(({ chunk }) => chunk)).toEqual(Array.from({ length: CHUNKS }, (_, i) => i));
    expect((await ledger.run('r1'))?.progress).toEqual({ done: CHUNKS });
  });
};

describe('a ledger in a SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ledger-'));
  let files = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const place: StorePlace = {
    name: 'sqlite',
    fresh: async () => `sqlite:${join(folder, `${++files}.sqlite`)}`,
  };
  manyChunks(place);
  ledgerProcessesContract(place, 50);
});

describe.skipIf(postgresBinaries() === null)('a ledger in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, HOOK_MILLIS);
  afterAll(() => server?.stop(), HOOK_MILLIS);
  const place: StorePlace = { name: 'postgres', fresh: () => server.database() };
  manyChunks(place);
  ledgerProcessesContract(place, 50);
});

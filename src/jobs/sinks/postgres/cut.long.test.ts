import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasCode, retry } from '../../../core/retry.ts';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../../store/testing/postgres.ts';
import type { ChunkTotals } from '../../chunk.ts';
import { openSink, openSinkWriter } from '../open.ts';
import type { SinkRun } from '../sink.ts';
import { accountOf, laneDatabase, runOf, selectOf } from '../testing/runs.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, HOOK_MILLIS);
afterAll(() => server.stop(), HOOK_MILLIS);

interface Wire {
  readonly port: number;
  /** Whether it was cut. */
  isCut(): boolean;
  close(): void;
}

/**
 * A wire to `port` that is cut once, at the n-th thing that a client says: before it is heard, or after, so that only the
 * answer is lost.
 */
async function wire(port: number, n: number, when: 'before' | 'after'): Promise<Wire> {
  let said = 0;
  const listener = createServer((client) => {
    const database = dial(port, '127.0.0.1');
    const cut = (): void => {
      client.destroy();
      // What was said is heard to its end.
      database.end();
    };
    client.on('error', () => undefined).on('close', () => database.end());
    database.on('error', () => undefined).on('close', () => client.destroy());
    database.on('data', (answer) => client.write(answer));
    client.on('data', (words) => {
      said += 1;
      if (said === n && when === 'before') return cut();
      database.write(words);
      if (said === n) cut();
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address() as AddressInfo;
  return { port: address.port, isCut: () => said >= n, close: () => listener.close() };
}

const BACKOFF = { firstMillis: 10, maxMillis: 1000, factor: 5 };

/** A run from beginning to end, each step tried again where the database was not reached. */
async function wholeRun(run: SinkRun): Promise<void> {
  const db = await laneDatabase();
  const [sink, writer] = [await openSink(run), await openSinkWriter(run)];
  const persistently = <T>(work: () => Promise<T>): Promise<T> =>
    retry(work, { backoff: BACKOFF, attempts: 6, isRetryable: hasCode('SINK_UNAVAILABLE') });
  await persistently(() => sink.prepare([]));
  const accounts: ChunkTotals[] = [];
  for (const chunk of [0, 1])
    accounts.push(await persistently(() => writer.write(db, selectOf(chunk), accountOf(chunk))));
  await persistently(() => sink.publish(accounts, {}));
  await persistently(() => sink.discard());
  await Promise.all([writer.close(), sink.close()]);
}

const OPTIONS = [
  {},
  { publish: 'chunks' },
  { mode: 'upsert' },
  { publish: 'chunks', mode: 'upsert' },
] as const;

for (const when of ['before', 'after'] as const)
  for (const options of OPTIONS)
    test(`a connection cut ${when} any word loses no row and writes none twice: ${JSON.stringify(options)}`, {
      timeout: 300_000,
    }, async () => {
      const url = await server.database();
      const port = Number(new URL(url).port);
      for (let n = 1; ; n += 1) {
        const cut = await wire(port, n, when);
        const uri = `${url.replace(String(port), String(cut.port))}?table=scored_${n}`;
        await wholeRun(runOf(uri, { run: `run-${n}`, ...options }));
        cut.close();
        const [found] = await runPostgresStatement(
          url,
          `select count(*)::int as rows, count(distinct id)::int as keys from scored_${n}`,
        );
        expect({ n, ...(found as object) }).toEqual({ n, rows: 100, keys: 100 });
        expect(await runPostgresStatement(url, 'select * from plimsoll_batch.chunks')).toEqual([]);
        if (!cut.isCut()) break;
      }
    });

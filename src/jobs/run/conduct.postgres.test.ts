import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../store/testing/postgres.ts';
import { splitSecrets } from '../spec/secrets.ts';
import type { JobSpec } from '../spec/spec.ts';
import { Bench, ROWS } from './testing/bench.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, HOOK_MILLIS);
afterAll(() => server.stop(), HOOK_MILLIS);

let bench: Bench;
let database: string;
beforeEach(async () => {
  bench = await Bench.open();
  database = await server.database();
});
afterEach(() => bench.close());

const into = (change: Partial<JobSpec['sink']> = {}): ReturnType<typeof splitSecrets> => {
  const { sink } = bench.spec();
  return splitSecrets(bench.spec({ sink: { ...sink, uri: `${database}?table=scores`, ...change } }));
};
const rows = (): Promise<readonly unknown[]> =>
  runPostgresStatement(database, 'select id::text, note, predict from scores order by id');

test.each(['whole', 'chunks'] as const)(
  'rows come into PostgreSQL once, also when the run is stopped in between: %s',
  async (publish) => {
    const { spec, secrets } = into({ publish });
    const stop = new AbortController();
    const onStep = ({ phase, share = 0 }: { phase: string; share?: number | undefined }): void => {
      if (phase === 'scoring' && share > 0.3) stop.abort();
    };
    const stopped = bench.run(spec, { secrets, stop: stop.signal, onStep });
    await expect(stopped).rejects.toMatchObject({ code: 'JOB_INTERRUPTED' });
    const receipt = await bench.run(spec, { secrets });
    expect(receipt.rows).toMatchObject({ read: ROWS, ok: ROWS });
    const expected = (await bench.expected()).map(([id, note, predict]) => ({ id, note, predict }));
    expect(await rows()).toEqual(expected);
  },
);

test('a text that PostgreSQL cannot hold costs its own row', async () => {
  await bench.writeWith('note', "'a' || chr(0)", 'id = 3000');
  const { spec, secrets } = into();
  const receipt = await bench.run(spec, { secrets });
  expect(receipt.rows).toMatchObject({ ok: ROWS - 1, rejected: 1 });
  expect(await rows()).toHaveLength(ROWS - 1);
});

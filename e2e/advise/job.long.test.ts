/** The other batch patterns, models and databases: as job.test.ts. */
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { postgresBinaries, startPostgres } from '../../src/store/testing/postgres.ts';
import { example } from '../cli.ts';
import { Advised } from './advised.ts';
import { arrived, predicted, scored, submitted } from './job.ts';

const LIMIT = 300_000;

let advised: Advised;
afterEach(() => advised.close(), 60_000);

test.each(['micro-batch', 'event-batch'] as const)(
  '%s takes a file that comes by itself',
  async (pattern) => {
    const file = example('house-prices.joblib');
    advised = await Advised.of(file, { pattern, every: 60_000 });
    await advised.serve();
    await arrived(advised, await predicted(advised, file));
  },
  LIMIT,
);

test.each(['churn', 'house-prices', 'reviews'])(
  'a nightly job of %s runs by hand',
  async (name) => {
    const file = example(`${name}.joblib`);
    advised = await Advised.of(file, { pattern: 'scheduled-batch' });
    await advised.serve();
    await submitted(advised);
    expect(scored(advised)).toEqual(await predicted(advised, file));
  },
  LIMIT,
);

test.skipIf(postgresBinaries() === null)(
  'a table in PostgreSQL is looked up by the statement of the folder, and a second run replaces its rows',
  async () => {
    const postgres = await startPostgres();
    try {
      const SCORES_DATABASE = await postgres.database();
      const file = example('iris.joblib');
      const of = { pattern: 'precomputed-table', database: 'postgres' } as const;
      advised = await Advised.of(file, of, { SCORES_DATABASE });
      await advised.serve();
      await submitted(advised);
      await submitted(advised, 2);
      const client = new pg.Client({ connectionString: SCORES_DATABASE });
      await client.connect();
      const one = await client.query(advised.read('lookup.sql'), ['3']);
      const all = await client.query('select * from iris_scores');
      await client.end();
      expect(one.rows).toMatchObject([{ predict: (await predicted(advised, file)).get('3') }]);
      expect(all.rows).toHaveLength(3);
    } finally {
      await postgres.stop();
    }
  },
  LIMIT,
);

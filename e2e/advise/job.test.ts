/** The files of batch patterns, started by the commands that they come with; rows are held against `predict`. */
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { example } from '../cli.ts';
import { call } from '../serving/client.ts';
import { Advised } from './advised.ts';
import { arrived, predicted, scored, submitted } from './job.ts';

let advised: Advised;
afterEach(() => advised.close(), 60_000);

// Runs give way to everything else on the machine.
const LIMIT = 240_000;

test(
  'a nightly job is due at night, and runs by hand as it would then',
  async () => {
    const file = example('iris.joblib');
    advised = await Advised.of(file, { pattern: 'scheduled-batch' });
    const { url } = await advised.serve();
    const { schedule, nextAt } = (await call(`${url}/api/v1/jobs/iris-scores`)).json;
    expect(schedule.triggers).toMatchObject([{ kind: 'cron', cron: '0 2 * * *' }]);
    expect(new Date(nextAt).toISOString()).toMatch(/T02:00:00\.000Z$/);
    await submitted(advised);
    expect(scored(advised)).toEqual(await predicted(advised, file));
  },
  LIMIT,
);

test(
  'an asynchronous one takes a file that comes by itself, and all of them at a call of its webhook',
  async () => {
    const file = example('churn.joblib');
    advised = await Advised.of(file, { pattern: 'asynchronous' });
    const { url } = await advised.serve();
    await arrived(advised, await predicted(advised, file));
    const { status } = await call(`${url}/api/v1/jobs/churn-scores:trigger`, {
      body: {},
      headers: { 'content-type': 'application/json', 'idempotency-key': 'again' },
    });
    expect(status).toBe(202);
  },
  LIMIT,
);

test(
  'a table that was computed beforehand is looked up by the statement of the folder',
  async () => {
    const file = example('churn.joblib');
    advised = await Advised.of(file, { pattern: 'precomputed-table' });
    await advised.serve();
    await submitted(advised);
    const wanted = await predicted(advised, file);
    const db = new DatabaseSync(advised.path('scores.db'), { readOnly: true });
    const lookUp = db.prepare(advised.read('lookup.sql'));
    expect(lookUp.get('2')).toMatchObject({ id: '2', predict: wanted.get('2') });
    expect(lookUp.get('99')).toBeUndefined();
    db.close();
  },
  LIMIT,
);

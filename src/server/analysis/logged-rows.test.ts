import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { ingestLabels } from '../../monitor/accuracy/accuracy-watch.ts';
import { LabelledLog, LOG_START } from '../../monitor/accuracy/testing/labelled-log.ts';
import { loggedRows } from './logged-rows.ts';

const column = (name: string, type: ColumnSpec['type']): ColumnSpec => ({
  ...{ name, named: true, type, nullable: true },
});
const SIGNATURE: Signature = {
  ...{ form: 'table', columns: [column('age', 'number'), column('plan', 'string')], outputs: [] },
  classes: null,
};

let log: LabelledLog;
beforeEach(async () => {
  log = await LabelledLog.open();
});
afterEach(() => log.close());

const row = (k: number) => ({
  ...{ at: LOG_START + k * 1000, requestId: `r${k}` },
  ...{ inputs: { age: k, plan: k % 2 === 0 ? 'basic' : 'pro' }, outputs: { predict: 'no' } },
});
const read = (version = 3) =>
  loggedRows({ store: log.store, folder: log.logFolder }, { endpoint: 'churn', version }, SIGNATURE);

test('rows of the log come as the model takes them, those with labels beside them', async () => {
  await log.log([row(0), row(1)]);
  await log.log([row(2), row(3)]);
  log.label({ requestId: 'r1' }, 'yes', LOG_START);
  log.label({ requestId: 'r2' }, 'no', LOG_START);
  log.label({ requestId: 'r2' }, 'yes', LOG_START + 1);
  await ingestLabels(log.store, log.feedback);
  const found = await read();
  expect(found?.rows.rows).toBe(4);
  const { rows, labels } = found?.labelled ?? {};
  const cells = rows?.kind === 'table' ? rows.columns.map((cells) => [...cells]) : null;
  // The newest file first; the newest label of a request counts.
  expect(cells).toEqual([
    [2, 1],
    ['basic', 'pro'],
  ]);
  expect(labels).toEqual({ name: 'label', values: ['yes', 'yes'] });
});

test('without labels there are rows alone, and of another version none', async () => {
  await log.log([row(0)]);
  expect(await read()).toMatchObject({ labelled: null });
  expect(await read(4)).toBeNull();
});

test('labels are looked for by the requests that were taken, however many came for others', async () => {
  await log.log([row(0), row(1)]);
  log.label({ requestId: 'r1' }, 'yes', LOG_START);
  await ingestLabels(log.store, log.feedback);
  const asked: string[] = [];
  const labelsOf: typeof log.store.labelsOf = (request, limit) => {
    asked.push(request);
    return log.store.labelsOf(request, limit);
  };
  const { segments } = log.store;
  const place = { store: { segments, labelsOf }, folder: log.logFolder };
  const found = await loggedRows(place, { endpoint: 'churn', version: 3 }, SIGNATURE);
  expect(found?.labelled?.labels.values).toEqual(['yes']);
  expect(asked.sort()).toEqual(['r0', 'r1']);
});

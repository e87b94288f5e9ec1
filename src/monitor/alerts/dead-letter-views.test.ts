import { expect, test } from 'vitest';
import type { DeliveryRow } from '../../store/monitoring/monitoring.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { deadLetterViews } from './dead-letter-views.ts';

const row = (id: string, createdAt: number, change: Partial<DeliveryRow> = {}): DeliveryRow => ({
  ...{ id, receiver: 'ops', groupKey: 'churn', body: {}, state: 'dead', attempts: 3 },
  ...{ notBefore: createdAt, error: 'answered 404', createdAt, receipt: null },
  ...change,
});

test('a notice that was given up says when a later one of its group and receiver was taken', async () => {
  const store = await openMonitoring('sqlite::memory:');
  const rows = [
    row('before', 10),
    row('taken', 20, { state: 'sent' }),
    row('after', 30),
    row('other receiver', 11, { receiver: 'mail' }),
    row('other group', 12, { groupKey: 'fraud' }),
  ];
  for (const one of rows) await store.setDelivery(one);
  expect((await deadLetterViews(store)).map(({ id, reachedAt }) => [id, reachedAt])).toEqual([
    ['before', 20],
    ['other receiver', null],
    ['other group', null],
    ['after', null],
  ]);
  await store.close();
});

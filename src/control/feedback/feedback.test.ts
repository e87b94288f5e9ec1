import { afterEach, beforeEach, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { singleVersionRoute } from '../../rollout/route.ts';
import { unitHash } from '../../rollout/unit-hash.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import type { FeedbackItem } from '../port.ts';
import { acceptFeedback } from './feedback.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
let store: Store;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  await store.tables.endpoints.insert(
    {
      ...{ name: 'churn', model: 'churn', generation: 1, route: singleVersionRoute('churn', 'churn', 1, 1) },
      ...{ stable: 1, previous: null, rollout: null, createdAt: 0 },
    },
    { at: 0, by: 'ada', reason: '' },
  );
});
afterEach(() => store.close());

const problemsOf = async (items: unknown): Promise<readonly string[]> => {
  try {
    await acceptFeedback(store.tables, items as FeedbackItem[], NOW);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'FEEDBACK_INVALID') return error.details['list'] as string[];
    throw error;
  }
  return [];
};

const values = (metric: string) => store.tables.feedback.values('churn', metric, 0, NOW + 1e9);

test('labels and values are kept, units by their hash alone', async () => {
  const items: FeedbackItem[] = [
    { endpoint: 'churn', requestId: 'q1', label: true },
    {
      endpoint: 'churn',
      unit: 'ada@example.org',
      metric: 'revenue',
      value: 12.5,
      time: '2026-05-30T10:00:00+02:00',
    },
  ];
  expect(await acceptFeedback(store.tables, items, NOW)).toEqual({ accepted: 2 });
  expect(await values('label')).toEqual([
    {
      endpoint: 'churn',
      requestId: 'q1',
      unit: null,
      metric: 'label',
      value: 'true',
      at: NOW,
      receivedAt: NOW,
    },
  ]);
  expect(await values('revenue')).toEqual([
    {
      ...{ endpoint: 'churn', requestId: null, unit: unitHash('ada@example.org'), metric: 'revenue' },
      ...{ value: '12.5', at: Date.parse('2026-05-30T08:00:00Z'), receivedAt: NOW },
    },
  ]);
});

test.each<[unknown, string]>([
  [{ endpoint: 'churn', requestId: 'q', unit: 'u', label: 1 }, '[0] wants either requestId or unit'],
  [{ endpoint: 'churn', label: 1 }, '[0] wants either requestId or unit'],
  [{ endpoint: 'churn', unit: 'u' }, '[0] wants either label or metric'],
  [{ endpoint: 'churn', unit: 'u', label: 1, metric: 'm', value: 1 }, '[0] wants either label or metric'],
  [{ endpoint: 'churn', unit: 'u', metric: 'm' }, '[0].value goes with metric, and metric with value'],
  [
    { endpoint: 'churn', unit: 'u', metric: 'errors', value: 1 },
    '[0].metric is "errors", wanted a name such as "revenue"',
  ],
  [
    { endpoint: 'churn', unit: 'u', metric: 'm', value: '1' },
    '[0].value is "1", wanted a number of at most 1000000000000000',
  ],
  [{ endpoint: 'churn', unit: '', label: 1 }, '[0].unit is "", wanted a text of at most 4096 bytes'],
  [
    { endpoint: 'churn', requestId: 'a\0b', label: 1 },
    '[0].requestId is "a\\u0000b", wanted a text of at most 256 bytes',
  ],
  [null, '[0] is null, wanted an object'],
  [{ endpoint: 'fraud', unit: 'u', label: 1 }, '[0].endpoint is "fraud", wanted one that there is'],
  [{ endpoint: '__proto__', unit: 'u', label: 1 }, '[0].endpoint is "__proto__", wanted one that there is'],
])('%j is refused: %s', async (item, problem) => {
  expect(await problemsOf([item])).toEqual([problem]);
});

test.each([
  '2026-06-01T00:06:00Z',
  '2025-04-01T00:00:00Z',
  '2026-05-01',
  'yesterday',
  '2026-13-01T00:00:00Z',
])('the time %s is refused', async (time) => {
  expect(await problemsOf([{ endpoint: 'churn', unit: 'u', label: 1, time }])).toEqual([
    `[0].time is "${time}", wanted ISO 8601 with a zone, within 400 days and not ahead of now`,
  ]);
});

test('one mistake keeps the whole of it out, and each is named by its index', async () => {
  const good = { endpoint: 'churn', unit: 'u', label: 1 };
  expect(await problemsOf([good, { ...good, label: Number.NaN }, good, { ...good, unit: 7 }])).toEqual([
    '[1].label is null, wanted a finite number, true, false or a text of at most 1000 bytes',
    '[3].unit is 7, wanted a text of at most 4096 bytes',
  ]);
  expect(await values('label')).toEqual([]);
});

test('more than ten thousand items, and many mistakes, are answered in bounded words', async () => {
  expect(await problemsOf(Array(10_001).fill({}))).toEqual(['the body is no list of at most 10000 items']);
  expect(await problemsOf(Array(100).fill(7))).toHaveLength(20);
  expect(await problemsOf({})).toHaveLength(1);
});

import { expect, test } from 'vitest';
import { readValue } from '../../schema/read-value.ts';
import { describedCost } from './described-cost.ts';
import { MODEL_COST } from './model-cost.ts';
import { requestCost } from './request-cost.ts';

const SLOW = {
  perRow: 4e6,
  perRequest: null,
  memory: 3e9,
  start: null,
  runtime: 'python',
  rowSize: null,
} as const;

test('a described cost is a cost, and says that it is described', () => {
  const problems: string[] = [];
  const cost = describedCost('contracts', SLOW);
  expect(readValue(MODEL_COST, cost, '', problems)).toEqual(cost);
  expect(problems).toEqual([]);
  expect(cost.source).toBe('described');
});

test('a model of Python takes its time in processes of its own, with its memory in each', () => {
  const { online, batch } = describedCost('contracts', SLOW);
  const { lane, away } = requestCost(online, 1);
  expect([lane, away]).toEqual(['processes', 4e6]);
  expect(online.awayMemory).toBe(3e9);
  expect(batch.lane).toBeGreaterThanOrEqual(4e6);
});

test('a quick model is scored on the event loop, many rows of it in threads', () => {
  const { online } = describedCost('churn', { ...SLOW, perRow: 20, runtime: 'onnx' });
  expect(requestCost(online, 1).lane).toBe('loop');
  expect(requestCost(online, 1000).lane).toBe('threads');
});

test('times of single requests lie around their mean', () => {
  const { spread } = describedCost('churn', SLOW).online;
  expect(spread.reduce((sum, x) => sum + x, 0) / spread.length).toBeCloseTo(1, 6);
});

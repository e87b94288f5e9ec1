import { expect, test } from 'vitest';
import { readValue } from '../../schema/read-value.ts';
import { MODEL_COST, SCORING_LANES } from './model-cost.ts';
import { requestCost } from './request-cost.ts';
import { A_COST } from './testing/a-cost.ts';

test('a request is scored on the loop up to the last row that may be', () => {
  const { online } = A_COST;
  const loop = 60 + 100 * 10;
  expect(requestCost(online, 100)).toEqual({ lane: 'loop', loop, away: 0, beside: 10, total: loop + 10 });
  expect(requestCost(online, 101).lane).toBe('threads');
});

test('what is scored elsewhere takes time on the loop as well, and the total is all of it', () => {
  const { loop, away, total } = requestCost(A_COST.online, 1000);
  expect(loop).toBe(120 + 1000 * 0.1);
  expect(away).toBe(100 + 1000 * 11);
  expect(total).toBe(loop + away + 10);
});

test('a version with processes of its own scores nothing on the loop, and every lane has a name', () => {
  const online = { ...A_COST.online, loopRows: 0, away: 'processes' as const };
  expect(requestCost(online, 1).lane).toBe('processes');
  expect(SCORING_LANES).toContain(requestCost(online, 1).lane);
});

test('a cost is what its schema says', () => {
  const problems: string[] = [];
  expect(readValue(MODEL_COST, A_COST, '', problems)).toEqual(A_COST);
  readValue(MODEL_COST, { ...A_COST, batch: { start: '1 s' } }, '', problems);
  expect(problems[0]).toContain('batch');
});

test('a body that the loop only passes on takes less of it than one that it reads first', () => {
  const passing = { rows: 500, line: { request: 90, row: 0 } };
  const online = { ...A_COST.online, door: { request: 60, row: 1 }, passing };
  expect(requestCost(online, 500).loop).toBe(560);
  expect(requestCost(online, 501).loop).toBe(90);
});

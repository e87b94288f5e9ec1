import { expect, it } from 'vitest';
import type { RolloutStatus } from '../../rollout/decide/status.ts';
import { addToHistory, HISTORY_POINTS, NO_HISTORY, type RolloutHistory } from './rollout-history.ts';

const QUIET = { command: null, by: null, reason: 'Collecting' };

const statusOf = (log: number, more: Partial<RolloutStatus> = {}): RolloutStatus => ({
  ...{ state: 'running', stage: 0, stages: 2, weight: 5, harmedUnits: 0 },
  evidence: { errors: { log, maxLog: log, bound: 5, certificate: { log: -log, bound: 3 }, harmedUnits: 0 } },
  ...more,
});

const closed = (history: RolloutHistory, at: number, status: RolloutStatus): RolloutHistory =>
  addToHistory(history, { ...QUIET, at, isWindow: true }, status);

it('a curve keeps its peak however many windows there are, and every stage of the way', () => {
  const windows = 50_000;
  let history = NO_HISTORY;
  for (let at = 0; at < windows; at++)
    history = closed(history, at, statusOf(at === 1234 ? 4.9 : 0.1, { stage: at < 30_000 ? 0 : 1 }));
  const { points } = history.points;
  expect(points.length).toBeLessThanOrEqual(HISTORY_POINTS);
  expect(points.find(({ at }) => at === 1234)?.guards.errors).toEqual({ harm: 4.9, noHarm: -4.9 });
  expect(points.filter(({ stage }) => stage === 0).length / points.length).toBeCloseTo(0.6, 1);
  expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted((a, b) => a - b));
});

it('moments are what a person said and what changed, not every window', () => {
  let history = closed(NO_HISTORY, 0, statusOf(0));
  for (let at = 1; at < 9; at++) history = closed(history, at, statusOf(0));
  const paused = { at: 9, command: 'pause', by: 'ann', reason: 'Holding for a person: paused by ann' };
  history = addToHistory(history, { ...paused, isWindow: false }, statusOf(0, { state: 'holding' }));
  history = addToHistory(history, { ...paused, at: 10, isWindow: false }, statusOf(0, { state: 'holding' }));
  history = closed(history, 11, statusOf(0, { state: 'rolled-back', weight: 0 }));
  expect(history.moments.map(({ at, command, state, weight }) => [at, command, state, weight])).toEqual([
    [0, null, 'running', 5],
    [9, 'pause', 'holding', 5],
    [10, 'pause', 'holding', 5],
    [11, null, 'rolled-back', 0],
  ]);
  expect(history.points.points).toHaveLength(10);
});

it('of very many moments the first and the last are kept, and how many are not is said', () => {
  let history = NO_HISTORY;
  for (let at = 0; at < 1000; at++) history = closed(history, at, statusOf(0, { weight: at % 90 }));
  const times = history.moments.map(({ at }) => at);
  expect([times.length, history.left]).toEqual([200, 800]);
  expect([times[0], times[99], times[100], times[199]]).toEqual([0, 99, 900, 999]);
});

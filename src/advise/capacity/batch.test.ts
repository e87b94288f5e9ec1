import { expect, test } from 'vitest';
import { A_COST } from '../cost/testing/a-cost.ts';
import { lanesFor, predictBatch } from './batch.ts';

const MILLION = 1_000_000;

test('a lane by itself works at its own pace, and starts first', () => {
  const { seconds, limit } = predictBatch(A_COST, { rows: MILLION, lanes: 1, cores: 4 });
  expect(seconds).toBeCloseTo(0.9 + 10, 6);
  expect(limit).toBe('lanes');
});

test('lanes on too few cores share them', () => {
  const { seconds, limit, rowsPerSecond } = predictBatch(A_COST, { rows: MILLION, lanes: 8, cores: 2 });
  expect(limit).toBe('cores');
  expect(seconds).toBeCloseTo(0.9 + 6, 6);
  expect(rowsPerSecond).toBeCloseTo(2e6 / 12, 3);
});

test('a table of one chunk keeps one lane busy, one of three chunks two lanes for two of them', () => {
  const run = (rows: number): number =>
    predictBatch(A_COST, { rows, lanes: 2, cores: 4, chunkRows: 100_000 }).seconds - 0.9;
  expect(run(100_000)).toBeCloseTo(1, 6);
  expect(run(150_000)).toBeCloseTo(1, 6);
  expect(run(200_000)).toBeCloseTo(1, 6);
  expect(run(300_000)).toBeCloseTo(2, 6);
  expect(run(450_000)).toBeCloseTo(2.5, 6);
});

test('as many lanes as the time asks for, and none fewer', () => {
  const rows = 100 * MILLION;
  const lanes = lanesFor(A_COST, rows, 300)!;
  const seconds = (n: number): number => predictBatch(A_COST, { rows, lanes: n, cores: n }).seconds;
  expect(seconds(lanes)).toBeLessThanOrEqual(300);
  expect(seconds(lanes - 1)).toBeGreaterThan(300);
});

test('no number of lanes is faster than a start', () => {
  expect(lanesFor(A_COST, 10, 0.5)).toBeNull();
});

test('a further lane takes of the cores until it runs', () => {
  const cost = { batch: { ...A_COST.batch, laneStart: 500_000 } };
  const seconds = (lanes: number): number => predictBatch(cost, { rows: MILLION, lanes, cores: 2 }).seconds;
  expect(seconds(4)).toBeCloseTo(0.9 + 6 + (3 * 0.5) / 2, 6);
  expect(seconds(1)).toBeCloseTo(0.9 + 10, 6);
});

test('more lanes than a 32-bit number holds are found, too', () => {
  expect(lanesFor(A_COST, 1e18, 60)).toBeGreaterThan(2 ** 31);
});

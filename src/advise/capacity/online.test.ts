import { expect, test } from 'vitest';
import { A_COST } from '../cost/testing/a-cost.ts';
import { predictOnline } from './online.ts';
import { usualPlace } from './place.ts';
import { meanWaitMMc, quantileMMc } from './testing/closed-forms.ts';
import { EXPONENTIAL } from './testing/spreads.ts';

const place = usualPlace(2);
const exponential = { ...A_COST, online: { ...A_COST.online, spread: EXPONENTIAL } };

test('one process that scores on its loop is M/M/1 where work is exponential', () => {
  const micros = 60 + 50 * 10;
  const rate = (0.8 * 1e6) / micros;
  const { saturation, utilisation, millis } = predictOnline(exponential, place, { rows: 50, rate });
  expect(saturation).toEqual({ limit: 'loop', rate: 1e6 / micros });
  expect(utilisation).toBeCloseTo(0.8, 10);
  const pause = 0.1;
  expect(millis!.mean).toBeCloseTo((micros / 1000) * (1 + meanWaitMMc(1, 0.8)) + pause, 1);
  expect(millis!.p99 / ((micros / 1000) * quantileMMc(1, 0.8, 0.99) + pause)).toBeCloseTo(1, 1);
});

test('two threads with one queue are M/M/2, and two replicas that are chosen at random are slower', () => {
  const rows = 1000;
  const millis = (220 + 100 + 11_000) / 1000;
  const load = { rows, rate: (0.8 * 2000) / millis };
  const pooled = predictOnline(exponential, place, load).millis!;
  expect(pooled.p99 / (millis * quantileMMc(2, 0.8, 0.99) + 0.2)).toBeCloseTo(1, 1);
  const single = { ...place, threads: 1, cores: 1 };
  const split = predictOnline(exponential, single, load, 2).millis!;
  expect(split.p99 / (millis * quantileMMc(1, 0.8, 0.99) + 0.2)).toBeCloseTo(1, 1);
  expect(split.p99).toBeGreaterThan(1.5 * pooled.p99);
});

test('twice the replicas take twice the requests', () => {
  const load = { rows: 10, rate: 5000 };
  const [one, two] = [1, 2].map((replicas) => predictOnline(A_COST, place, load, replicas));
  expect(two!.saturation.rate).toBeCloseTo(2 * one!.saturation.rate, 6);
  expect(two!.rowsPerSecond).toBeCloseTo(10 * two!.saturation.rate, 6);
  expect(two!.millis!.p99).toBeLessThan(one!.millis!.p99);
});

test('cores are the limit where everything scores at once, and who sends from the same cores takes of them', () => {
  const rows = 1000;
  const alone = predictOnline(A_COST, place, { rows, rate: 1 }).saturation;
  expect(alone.limit).toBe('cores');
  const beside = predictOnline(A_COST, { ...place, client: 1000 }, { rows, rate: 1 }).saturation;
  expect(beside.rate).toBeLessThan(0.95 * alone.rate);
});

test('where a server rested before, little load feels it and much does not', () => {
  const rested = { loop: { request: 100, row: 4 }, away: { request: 0, row: 0 } };
  const cold = { ...A_COST, online: { ...A_COST.online, rested } };
  const micros = 60 + 50 * 10;
  const mean = (cost: typeof A_COST, load: number): number =>
    predictOnline(cost, place, { rows: 50, rate: (load * 1e6) / micros }).millis!.mean;
  expect(mean(cold, 0.01) - mean(A_COST, 0.01)).toBeCloseTo(0.3, 2);
  expect(mean(cold, 0.95) / mean(A_COST, 0.95)).toBeLessThan(1.1);
  expect(predictOnline(cold, place, { rows: 50, rate: 0 }).saturation.rate).toBeCloseTo(1e6 / micros, 6);
});

test('at saturation there is no time to be told', () => {
  const { millis, utilisation } = predictOnline(A_COST, place, { rows: 1, rate: 1e6 });
  expect(millis).toBeNull();
  expect(utilisation).toBeGreaterThan(1);
});

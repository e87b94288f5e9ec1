import { expect, test } from 'vitest';
import { A_COST } from '../cost/testing/a-cost.ts';
import { type Demand, leastP99, MOST_USED, replicaMemory, sizeOnline } from './sizing.ts';

const aDemand = (change: Partial<Demand>): Demand => ({
  ...{ rows: 1, rate: 1000, peak: 3000, p99: 50, cores: 2 },
  ...change,
});

test('one replica carries a small load, and one more is there to be lost', () => {
  const size = sizeOnline(A_COST, aDemand({}))!;
  expect(size.replicas).toBe(2);
  expect(size.cores).toBe(4);
  expect(size.withLoss!.utilisation).toBeCloseTo(2 * size.atPeak.utilisation, 6);
  expect(size.memory).toBe(2 * A_COST.online.memory);
});

test('the peak with the spare ones lost is within the latency and the share of the saturation', () => {
  for (const peak of [1000, 20_000, 100_000, 1e6]) {
    const { withLoss } = sizeOnline(A_COST, aDemand({ peak }))!;
    expect(withLoss!.utilisation).toBeLessThanOrEqual(MOST_USED + 1e-9);
    expect(withLoss!.millis!.p99).toBeLessThanOrEqual(50);
  }
});

test('one fewer would break a promise', () => {
  const size = sizeOnline(A_COST, aDemand({ peak: 100_000, spare: 0 }))!;
  expect(size.withLoss).toBeNull();
  expect(100_000 / (size.replicas - 1)).toBeGreaterThan(size.perReplica);
});

test('a stricter latency needs more replicas', () => {
  const replicas = [100, 2, 1].map(
    (p99) => sizeOnline(A_COST, aDemand({ rows: 50, peak: 50_000, p99 }))!.replicas,
  );
  expect(replicas[2]).toBeGreaterThan(replicas[0]!);
  expect(replicas).toEqual(replicas.toSorted((a, b) => a - b));
});

test('what no number of replicas can do is told, with what they can', () => {
  const demand = aDemand({ rows: 1000, p99: 5 });
  expect(sizeOnline(A_COST, demand)).toBeNull();
  const least = leastP99(A_COST, demand);
  expect(least).toBeGreaterThan(11);
  expect(sizeOnline(A_COST, { ...demand, p99: 1.01 * least })).not.toBeNull();
});

test('no latency asked for leaves the share of the saturation as the only bound', () => {
  const { withLoss } = sizeOnline(A_COST, aDemand({ rows: 1000, peak: 10_000, p99: null }))!;
  expect(withLoss!.utilisation).toBeGreaterThan(0.75);
});

test('threads take memory where they score', () => {
  const place = { cores: 2, workers: 1, threads: 2, processes: 1, client: 0 };
  const { memory, awayMemory } = A_COST.online;
  expect(replicaMemory(A_COST, place, 1)).toBe(memory);
  expect(replicaMemory(A_COST, place, 1000)).toBe(memory + 2 * awayMemory);
});

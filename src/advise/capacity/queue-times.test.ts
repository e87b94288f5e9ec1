import { expect, test } from 'vitest';
import { simulateQueue } from './queue.ts';
import { queueTimes } from './queue-times.ts';
import { meanWaitMMc, quantileMMc } from './testing/closed-forms.ts';
import { EXPONENTIAL } from './testing/spreads.ts';

const MM2 = { queues: 1, servers: 2, cores: 2, contention: 1, spread: EXPONENTIAL, rested: 1, burstiness: 1 };

test('between the points of a curve times are right, too', () => {
  for (const utilisation of [0.05, 0.25, 0.45, 0.65, 0.75, 0.84, 0.91]) {
    const { mean, p99 } = queueTimes(MM2, utilisation)!;
    expect(mean / (1 + meanWaitMMc(2, utilisation))).toBeCloseTo(1, 1);
    expect(Math.abs(p99 / quantileMMc(2, utilisation, 0.99) - 1)).toBeLessThan(0.06);
  }
});

test('times grow with the load, to the end', () => {
  const p99s = Array.from({ length: 99 }, (_, i) => queueTimes(MM2, (i + 1) / 100)!.p99);
  for (const [i, p99] of p99s.entries()) expect(p99).toBeGreaterThan(0.999 * (p99s[i - 1] ?? 0));
  expect(p99s.at(-1)).toBeGreaterThan(20 * p99s[0]!);
});

test('a queue that is used up has no times', () => {
  expect(queueTimes(MM2, 1)).toBeNull();
  expect(queueTimes(MM2, 1.2)).toBeNull();
});

test('one of several queues with cores of their own stands for all of them', () => {
  const four = { ...MM2, queues: 4, servers: 1, cores: 4 };
  const one = queueTimes(four, 0.7)!;
  const all = simulateQueue(four, 0.7);
  expect(Math.abs(one.p90 / all.p90 - 1)).toBeLessThan(0.05);
});

test('a curve that is known is not simulated again', () => {
  const processor = (): number => process.cpuUsage().user;
  const fresh = { ...MM2, servers: 3, cores: 3 };
  const began = processor();
  const first = queueTimes(fresh, 0.5);
  const known = processor();
  for (let i = 0; i < 100; i++) expect(queueTimes({ ...fresh }, 0.5)).toEqual(first);
  expect(processor() - known).toBeLessThan(known - began);
});

import { expect, test } from 'vitest';
import { type QueueShape, queueCapacity, simulateQueue } from './queue.ts';
import {
  meanTimeRested,
  meanTimeShared,
  meanWaitGGc,
  meanWaitMDc,
  meanWaitMG1,
  meanWaitMMc,
  quantileMMc,
  waitTailMD1,
} from './testing/closed-forms.ts';
import { CONSTANT, EXPONENTIAL, TWO_POINTS } from './testing/spreads.ts';

const aShape = (change: Partial<QueueShape>): QueueShape => ({
  ...{ queues: 1, servers: 1, cores: 64, contention: 1, spread: EXPONENTIAL, rested: 1, burstiness: 1 },
  ...change,
});

const within = (found: number, wanted: number, share: number): void =>
  expect(Math.abs(found / wanted - 1), `${found} beside ${wanted}`).toBeLessThan(share);

test.for([
  [1, 0.3],
  [1, 0.8],
  [2, 0.5],
  [2, 0.9],
  [4, 0.7],
  [8, 0.85],
] as const)('M/M/%i at %f has the quantiles of Erlang', ([servers, utilisation]) => {
  const times = simulateQueue(aShape({ servers }), utilisation);
  within(times.mean, 1 + meanWaitMMc(servers, utilisation), 0.02);
  within(times.p50, quantileMMc(servers, utilisation, 0.5), 0.03);
  within(times.p90, quantileMMc(servers, utilisation, 0.9), 0.04);
  within(times.p99, quantileMMc(servers, utilisation, 0.99), 0.05);
  within(times.p999, quantileMMc(servers, utilisation, 0.999), 0.15);
});

test('M/G/1 waits as Pollaczek and Khinchine say, whatever the work is like', () => {
  within(simulateQueue(aShape({ spread: CONSTANT }), 0.8).mean, 1 + meanWaitMG1(0.8, 0), 0.02);
  within(simulateQueue(aShape({ spread: TWO_POINTS }), 0.6).mean, 1 + meanWaitMG1(0.6, 2.25), 0.03);
  within(simulateQueue(aShape({ spread: TWO_POINTS }), 0.85).mean, 1 + meanWaitMG1(0.85, 2.25), 0.08);
});

test.each([0.1, 0.5, 0.8])(
  'at %f a first job that takes longer is waited for as Welch says',
  (utilisation) => {
    for (const [spread, cv2] of [
      [CONSTANT, 0],
      [EXPONENTIAL, 1],
      [TWO_POINTS, 2.25],
    ] as const) {
      const { mean } = simulateQueue(aShape({ spread, rested: 1.6 }), utilisation);
      within(mean, meanTimeRested(utilisation, cv2, 1.6), 0.05);
    }
  },
);

test('M/D/1 has the quantiles of Erlang', () => {
  const { p50, p90, p99 } = simulateQueue(aShape({ spread: CONSTANT }), 0.8);
  expect(waitTailMD1(0.8, p50 - 1)).toBeCloseTo(0.5, 1);
  within(waitTailMD1(0.8, p90 - 1), 0.1, 0.1);
  within(waitTailMD1(0.8, p99 - 1), 0.01, 0.25);
});

test('M/D/c waits as Crommelin says', () => {
  for (const [servers, utilisation] of [
    [2, 0.8],
    [4, 0.9],
  ] as const)
    within(
      simulateQueue(aShape({ servers, spread: CONSTANT }), utilisation).mean,
      1 + meanWaitMDc(servers, utilisation),
      0.02,
    );
});

test('bursts lengthen the wait about as Allen and Cunneen say, a metronome shortens it', () => {
  const wait = (burstiness: number): number =>
    simulateQueue(aShape({ servers: 2, burstiness }), 0.8).mean - 1;
  within(wait(4), meanWaitGGc(2, 0.8, 4, 1), 0.2);
  within(wait(0.25), meanWaitGGc(2, 0.8, 0.25, 1), 0.2);
  expect(wait(0)).toBeLessThan(wait(1) / 2 + 0.2);
});

test('servers that outnumber the cores share them, and the mean does not ask what the work is like', () => {
  for (const spread of [EXPONENTIAL, CONSTANT, TWO_POINTS])
    within(simulateQueue(aShape({ servers: 50, cores: 2, spread }), 0.8).mean, meanTimeShared(2, 0.8), 0.05);
});

test('queues of their own are slower than one for all servers, and independent where each has a core', () => {
  const apart = simulateQueue(aShape({ queues: 2, cores: 2 }), 0.8);
  const common = simulateQueue(aShape({ servers: 2, cores: 2 }), 0.8);
  within(apart.mean, 1 + meanWaitMMc(1, 0.8), 0.05);
  expect(apart.p99).toBeGreaterThan(1.5 * common.p99);
});

test('cores that slow each other down carry less, and a job by itself is not slowed', () => {
  const shape = aShape({ servers: 2, cores: 2, contention: 1.5 });
  expect(queueCapacity(shape)).toBeCloseTo(2 / 1.5, 10);
  within(simulateQueue(shape, 0.02).mean, 1.01, 0.01);
  expect(simulateQueue(shape, 0.8).mean).toBeGreaterThan(
    1.3 * simulateQueue({ ...shape, contention: 1 }, 0.8).mean,
  );
});

test('the same question has the same answer', () => {
  expect(simulateQueue(aShape({ servers: 3 }), 0.7)).toEqual(simulateQueue(aShape({ servers: 3 }), 0.7));
});

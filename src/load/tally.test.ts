import { expect, test } from 'vitest';
import { Tally } from './tally.ts';

function noted(ends: readonly (readonly [what: string, at: number, millis: number])[]): Tally {
  const tally = new Tally(1000, 6);
  for (const [what, at, millis] of ends) {
    tally.arrive(1000 + at, 1000 + at + 0.5);
    tally.end(what, 1000 + at, 1000 + at + millis);
  }
  return tally;
}

test('only answers of 2xx have a latency; what failed is counted by how', () => {
  const told = noted([
    ['200', 0, 4],
    ['201', 10, 8],
    ['503', 20, 1],
    ['503', 30, 3],
    ['timeout', 40, 2000],
    ['unsent', 50, 0],
  ]).outcome(100);
  expect(told).toMatchObject({ arrived: 6, ok: 2, inTime: 1, failed: { '503': 2, timeout: 1, unsent: 1 } });
  expect(told.latency).toMatchObject({ count: 2, mean: 6, max: 8 });
  expect(told.refusedP99).toBe(3);
  expect(told.lateness).toMatchObject({ count: 6, p50: 0.5 });
});

test('what has arrived and not ended is pending', () => {
  const tally = noted([['200', 0, 4]]);
  tally.arrive(1010, 1010);
  expect(tally.pending).toBe(1);
});

test('a phase is settled after the last tenth of a second in which one of a hundred failed or was slow', () => {
  const steady = Array.from({ length: 50 }, (_, i) => ['200', i * 10, 5] as const);
  expect(noted(steady).outcome(15).settled).toBe(0);
  expect(noted([...steady, ['200', 250, 20]]).outcome(15).settled).toBe(300);
  expect(noted([...steady, ['503', 120, 1]]).outcome(15).settled).toBe(200);
});

test('of failed answers the first body of each status is kept, cut', () => {
  const tally = new Tally(0, 6);
  expect(tally.wants('200')).toBe(false);
  expect(tally.wants('422')).toBe(true);
  tally.keep('422', 'x'.repeat(5000));
  tally.keep('422', 'later');
  expect(tally.wants('422')).toBe(false);
  expect(tally.outcome(0).bodies).toEqual({ '422': 'x'.repeat(2000) });
});

test('stages are means over the answers that were looked at, zero in those that do not name them', () => {
  const tally = new Tally(0, 6);
  tally.time('queue;dur=3, predict;dur=1.5, postprocess;dur=0.5');
  tally.time('predict;dur=2.5, postprocess;dur=0.5');
  expect(tally.outcome(0).stages).toEqual({ queue: 1.5, predict: 2, postprocess: 0.5 });
});

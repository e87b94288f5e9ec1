import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isValidPart } from '../../rollout/collect/part-validation.ts';
import { recordingOf } from '../../rollout/collect/testing/parts.ts';
import { canaryRanges } from '../../rollout/route.ts';
import { FAILED_BIT, slowBit } from '../../rollout/window-part.ts';
import { type CounterSample, counterDeltas } from './counter-deltas.ts';
import { counterPart } from './counter-part.ts';

const requests = (pod: string, version: number, outcome: string, value: number): CounterSample => ({
  ...{ series: `${pod} ${version} ${outcome}`, version, kind: { outcome }, value },
});
const answers = (pod: string, version: number, bound: number, value: number): CounterSample => ({
  ...{ series: `${pod} ${version} ${bound}`, version, kind: { bound }, value },
});
const END = Number.POSITIVE_INFINITY;

test('what grew between two looks is added up over all who count, by version', () => {
  const before = [requests('a', 1, 'ok', 10), requests('b', 1, 'ok', 5), requests('b', 1, 'error', 1)];
  const after = [
    ...[requests('a', 1, 'ok', 14), requests('b', 1, 'ok', 6), requests('b', 1, 'error', 4)],
    ...[requests('c', 2, 'ok', 7), requests('c', 2, 'invalid', 90), requests('c', 2, 'overloaded', 9)],
    ...[answers('c', 2, 0.001, 4), answers('c', 2, 0.01, 6), answers('c', 2, END, 7)],
  ];
  expect(counterDeltas(before, after)).toEqual(
    new Map([
      [1, { ok: 5, failed: 3, latency: [] }],
      [
        2,
        {
          ...{ ok: 7, failed: 90 },
          latency: [
            { bound: 0.001, count: 4 },
            { bound: 0.01, count: 2 },
            { bound: END, count: 1 },
          ],
        },
      ],
    ]),
  );
});

test('where who counts is gone or has started again, nothing is known', () => {
  const before = [requests('a', 1, 'ok', 10), requests('b', 1, 'ok', 5)];
  expect(counterDeltas(before, [requests('a', 1, 'ok', 12)])).toBeNull();
  expect(counterDeltas(before, [requests('a', 1, 'ok', 2), requests('b', 1, 'ok', 6)])).toBeNull();
});

const name = { worker: 'outside', epoch: 1, window: 3 };
const route = { generation: 2, ranges: canaryRanges(2, 1, 500) };

test('counts become a part of the window: each request a unit, slow where its whole bucket is beyond the mark', () => {
  const recording = recordingOf({
    slow: [
      { name: 'p50', millis: 5 },
      { name: 'p99', millis: 20 },
    ],
    shifted: [],
  });
  const latency = [
    { bound: 0.004, count: 80 },
    { bound: 0.008, count: 15 },
    { bound: 0.016, count: 3 },
    { bound: 0.032, count: 1 },
    { bound: END, count: 1 },
  ];
  const part = counterPart(name, route, recording, new Map([[2, { ok: 100, failed: 2, latency }]]));
  expect(part).toMatchObject({ rollout: 'ro_1', generation: 2, window: 3, seq: 0, isLast: true });
  expect(part.nameless).toEqual([
    { arm: 0, flags: FAILED_BIT, segment: 0, count: 2 },
    { arm: 0, flags: 0, segment: 0, count: 95 },
    { arm: 0, flags: slowBit(0), segment: 0, count: 4 },
    { arm: 0, flags: slowBit(0) | slowBit(1), segment: 0, count: 1 },
  ]);
  expect(isValidPart(part, recording)).toBe(true);
});

test('marks are frozen from answers of stable alone, and from enough of them', () => {
  const recording = recordingOf({ wantsSamples: true });
  const latency = [
    { bound: 0.004, count: 9000 },
    { bound: 0.008, count: 1000 },
  ];
  const one = { ok: 10_000, failed: 0, latency };
  const { samples } = counterPart(name, route, recording, new Map([[1, one]]));
  expect([samples.length, samples.filter(({ millis }) => millis === 8).length]).toEqual([500, 50]);
  expect(counterPart(name, route, recording, new Map([[2, one]])).samples).toEqual([]);
  const three = { ok: 3, failed: 0, latency: [{ bound: 0.004, count: 3 }] };
  expect(counterPart(name, route, recording, new Map([[1, three]])).samples).toHaveLength(3);
});

test('whatever was counted, every request is in the part once, with flags that the recording knows', () => {
  const bucket = fc.record({ bound: fc.double({ min: 1e-5, max: 100, noNaN: true }), count: fc.nat(1000) });
  const counted = fc.record({
    ok: fc.nat(5000),
    failed: fc.nat(100),
    buckets: fc.array(bucket, { maxLength: 8 }),
  });
  fc.assert(
    fc.property(counted, counted, (one, other) => {
      const recording = recordingOf({ wantsSamples: true });
      const of = ({ ok, failed, buckets }: typeof one) => {
        const latency = buckets.toSorted((a, b) => a.bound - b.bound);
        return { ok, failed, latency };
      };
      const part = counterPart(
        name,
        route,
        recording,
        new Map([
          [2, of(one)],
          [1, of(other)],
        ]),
      );
      expect(isValidPart(part, recording)).toBe(true);
      for (const [arm, { ok, failed }] of [one, other].entries()) {
        const counts = part.nameless.filter((some) => some.arm === arm);
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(ok + failed);
      }
    }),
  );
});

import { expect, test } from 'vitest';
import { TrafficMeter } from './traffic.ts';

const MINUTE = 60_000;
const counts = (requests: number, failed = 0) => [{ model: 'm', requests, failed }];

test('traffic is what was counted over the last ten minutes', () => {
  const meter = new TrafficMeter();
  for (let minute = 0; minute <= 60; minute++)
    meter.note(counts(minute < 40 ? 0 : 600 * (minute - 40), 0), minute * MINUTE);
  expect(meter.of('m')).toEqual({ rate: 10, errorShare: 0, over: 10 * MINUTE });
});

test('the share that failed is that of the same time', () => {
  const meter = new TrafficMeter();
  meter.note(counts(1000, 900), 0);
  meter.note(counts(1400, 901), 5 * MINUTE);
  expect(meter.of('m')!.errorShare).toBe(1 / 400);
});

test('too little says nothing: under five minutes, under a hundred requests, or another model', () => {
  const meter = new TrafficMeter();
  expect(meter.of('m')).toBeNull();
  meter.note(counts(0), 0);
  meter.note(counts(99_000), 5 * MINUTE - 1);
  expect(meter.of('m')).toBeNull();
  meter.note(counts(99_000), 5 * MINUTE);
  expect([meter.of('m')?.rate, meter.of('other')]).toEqual([330, null]);
  const slow = new TrafficMeter();
  slow.note(counts(0), 0);
  slow.note(counts(99), 10 * MINUTE);
  expect(slow.of('m')).toBeNull();
});

test('who is told late does not take what was counted before for new', () => {
  const meter = new TrafficMeter();
  for (const [minute, told] of [[], counts(1_000_000), counts(1_003_600)].entries())
    meter.note(told, minute * 6 * MINUTE);
  expect(meter.of('m')).toMatchObject({ rate: 10, over: 6 * MINUTE });
});

test('counters that begin anew are measured anew', () => {
  const meter = new TrafficMeter();
  meter.note(counts(1_000_000), 0);
  for (const minute of [6, 12]) meter.note(counts(minute * 600), minute * MINUTE);
  expect(meter.of('m')).toEqual({ rate: 10, errorShare: 0, over: 6 * MINUTE });
});

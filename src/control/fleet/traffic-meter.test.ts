import { expect, test } from 'vitest';
import { TrafficMeter } from './traffic-meter.ts';

const MINUTE = 60_000;
const counts = (requests: number, failed = 0, units = requests) => [
  { model: 'm', requests, failed, units, nameless: 0 },
];

test('traffic is what was counted over the last ten minutes', () => {
  const meter = new TrafficMeter();
  for (let minute = 0; minute <= 60; minute++)
    meter.note(counts(minute < 40 ? 0 : 600 * (minute - 40), 0), minute * MINUTE);
  expect(meter.of('m')).toEqual({ rate: 10, errorShare: 0, units: null, over: 10 * MINUTE });
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
  expect(meter.of('m')).toEqual({ rate: 10, errorShare: 0, units: null, over: 6 * MINUTE });
});

/** Told every ten seconds over `minutes` of ten requests a second; `came` distinct units by then. */
const asked = (minutes: number, came: (second: number) => number, nameless = 0): TrafficMeter => {
  const meter = new TrafficMeter();
  for (let second = 0; second <= minutes * 60; second += 10) {
    const all = 10 * second;
    const one = { model: 'm', requests: all, failed: 0, units: came(second), nameless: nameless * all };
    meter.note([one], second * 1000);
  }
  return meter;
};
/** Of 200 who each ask every twenty seconds. */
const twoHundred = (second: number): number => 200 * (1 - Math.exp(-second / 20));

test.each([5, 10, 60])('units that come again are counted after %i minutes', (minutes) => {
  expect(asked(minutes, twoHundred).of('m')!.units).toBe(200);
});

test.each([
  ['always others', asked(30, (second) => 10 * second)],
  ['others by the hour, two hundred at once', asked(30, (second) => 200 + second / 10)],
  ['without ids', asked(30, () => 0, 1)],
  ['with ids and without', asked(30, twoHundred, 0.1)],
])('of units that are %s there is no number', (_what, meter) => {
  expect(meter.of('m')!.units).toBeNull();
});

test('who asks seldom is still to come: as many as in the latter half', () => {
  // Of 1,000, who each ask every two minutes: 713 in the first two and a half, 205 in the others.
  const units = asked(5, (second) => 1000 * (1 - Math.exp(-second / 120))).of('m')!.units!;
  expect(units).toBeGreaterThan(1000);
  expect(units).toBeLessThan(1200);
});

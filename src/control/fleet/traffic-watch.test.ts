import { expect, test } from 'vitest';
import { addAt } from '../../core/vector.ts';
import { DURATION_CELLS, durationCell } from '../../metrics/duration-buckets.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import { TrafficWatch } from './traffic-watch.ts';

/** A fleet that counts what it is told, a clock that is set, and a schedule that runs when it is asked to. */
function watched() {
  const times = new Float64Array(DURATION_CELLS);
  const outcomes = { ok: 0, invalid: 0, overloaded: 0, error: 0, cancelled: 0 };
  let [millis, looks, scheduled] = [0, 0, null as (() => Promise<void>) | null];
  const load = (): FleetLoad => {
    looks += 1;
    const version = {
      model: 'm',
      version: 1,
      outcomes: { ...outcomes },
      times: times.slice(),
      lastAnswer: millis,
    };
    return { versions: [version], queueDepth: 3, saturation: 0.5, loopBusy: 0, memory: 0 };
  };
  const watch = new TrafficWatch({
    load,
    clock: { now: () => millis, monotonic: () => millis },
    every: (_, work) => {
      scheduled = work;
      return async () => {
        scheduled = null;
      };
    },
  });
  return {
    watch,
    looks: () => looks,
    isScheduled: () => scheduled !== null,
    answer(count: number, took: number) {
      outcomes.ok += count;
      addAt(times, durationCell(took), count);
    },
    fail(count: number) {
      outcomes.error += count;
    },
    restart() {
      times.fill(0);
      Object.assign(outcomes, { ok: 0, error: 0 });
    },
    async pass(by: number) {
      millis += by;
      await scheduled?.();
    },
  };
}

test('nothing is looked at while nobody follows, and nothing more after the last one left', async () => {
  const { watch, looks, isScheduled, pass } = watched();
  expect([looks(), isScheduled()]).toEqual([0, false]);
  const ends = [watch.follow(() => undefined), watch.follow(() => undefined)];
  expect(isScheduled()).toBe(true);
  ends[0]?.();
  expect(isScheduled()).toBe(true);
  ends[1]?.();
  const seen = looks();
  await pass(10_000);
  expect([looks(), isScheduled(), watch.followers]).toEqual([seen, false, 0]);
});

test('who asks once is told of all that was counted; who follows, of the last minute', async () => {
  const { watch, answer, fail, pass } = watched();
  expect(watch.look()).toMatchObject({ versions: [], over: null, queueDepth: 3, saturation: 0.5 });
  answer(100, 1);
  expect(watch.look().versions).toMatchObject([{ requests: 100, rate: null, failed: 0 }]);
  const told: unknown[] = [];
  const end = watch.follow(({ over, versions: [one] }) =>
    told.push([over, one?.requests, one?.rate, one?.failed]),
  );
  answer(30, 1);
  fail(10);
  await pass(2000);
  for (let k = 0; k < 40; k++) await pass(2000);
  end();
  expect(told[0]).toEqual([null, 100, null, 0]);
  expect(told[1]).toEqual([2000, 40, 20, 10]);
  expect(told.at(-1)).toEqual([60_000, 0, 0, 0]);
});

test('the slowest hundredth is told within a twelfth, and its bucket holds it', async () => {
  const { watch, answer, pass } = watched();
  const told: ReturnType<typeof watch.look>[] = [];
  const end = watch.follow((traffic) => told.push(traffic));
  answer(980, 2);
  answer(20, 50);
  await pass(2000);
  end();
  const [one] = told.at(-1)!.versions;
  expect(one!.latency!.p50).toBeGreaterThanOrEqual(2);
  expect(one!.latency!.p50).toBeLessThan(2 * 1.1);
  expect(one!.latency!.p99).toBeGreaterThanOrEqual(50);
  expect(one!.latency!.p99).toBeLessThan(50 * 1.1);
  const [bound, count] = one!.durations.at(-1)!;
  expect(count).toBe(20);
  expect(bound).toBeGreaterThanOrEqual(50);
  expect(bound).toBeLessThan(50 * Math.SQRT2);
});

test('counters that begin anew are counted from there, never below zero', async () => {
  const { watch, answer, restart, pass } = watched();
  answer(100, 1);
  const told: number[] = [];
  const end = watch.follow(({ versions: [one] }) => told.push(one?.requests ?? 0));
  restart();
  answer(5, 1);
  await pass(2000);
  end();
  expect(told).toEqual([100, 5]);
});

test('what workers tell every few seconds is measured from one telling to the next', async () => {
  let [millis, ok, scheduled] = [0, 0, null as (() => Promise<void>) | null];
  const tell = (): FleetLoad => ({
    versions: [
      {
        ...{ model: 'm', version: 1, times: new Float64Array(DURATION_CELLS), lastAnswer: null },
        outcomes: { ok, invalid: 0, overloaded: 0, error: 0, cancelled: 0 },
      },
    ],
    ...{ queueDepth: 0, saturation: 0, loopBusy: 0, memory: 0 },
  });
  let load = tell();
  const watch = new TrafficWatch({
    load: () => load,
    clock: { now: () => millis, monotonic: () => millis },
    every: (_, work) => {
      scheduled = work;
      return async () => undefined;
    },
  });
  const rates: unknown[] = [];
  watch.follow(({ over, versions: [one] }) => rates.push([over, one?.rate ?? null]));
  for (let second = 2; second <= 14; second += 2) {
    [millis, ok] = [second * 1000, second * 10];
    if (second % 6 === 0) load = tell();
    await scheduled?.();
  }
  // Ten a second, told at 6 and at 12 seconds.
  expect(rates).toEqual([
    ...[
      [null, null],
      [null, null],
      [null, null],
    ],
    ...[
      [6000, 10],
      [6000, 10],
      [6000, 10],
      [12_000, 10],
      [12_000, 10],
    ],
  ]);
});

import { afterEach, expect, test } from 'vitest';
import { addAt } from '../../core/vector.ts';
import { DURATION_CELLS, durationCell } from '../../metrics/duration-buckets.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { cellRangeOf, trafficHistoryOf } from './traffic-history.ts';
import { TrafficLog } from './traffic-log.ts';

const HOUR = 3_600_000;
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

/** A fleet that counts what it is told, and a clock that is set; a log can be ended and begun again over the same store. */
async function logging() {
  const store = await openStore('sqlite::memory:');
  opened.push(store);
  const versions = new Map<number, { ok: number; error: number; times: Float64Array }>();
  const warned: string[] = [];
  let [now, looks, isAway, isKnown] = [100 * HOUR, 0, false, true];
  const load = (): FleetLoad | null => {
    looks += 1;
    if (!isKnown) return null;
    return {
      versions: [...versions].map(([version, { ok, error, times }]) => ({
        ...{ model: 'm', version, times: times.slice(), lastAnswer: null },
        outcomes: { ok, error, invalid: 0, overloaded: 0, cancelled: 0 },
      })),
      ...{ queueDepth: 0, saturation: 0, loopBusy: 0, memory: 0 },
    };
  };
  const away = () => Promise.reject(new Error('the store is away'));
  const begin = (replica = 'here') =>
    new TrafficLog({
      load,
      store: {
        get tables() {
          const { traffic } = store.tables;
          return isAway ? { ...store.tables, traffic: { ...traffic, put: away, at: away } } : store.tables;
        },
      },
      clock: { now: () => now, monotonic: () => now },
      logger: { warn: (_, message) => warned.push(message) },
      replica,
      before: load(),
    });
  return {
    ...{ begin, warned, store },
    looks: () => looks,
    answer(version: number, count: number, millis = 2, failed = 0) {
      const own = versions.get(version) ?? { ok: 0, error: 0, times: new Float64Array(DURATION_CELLS) };
      own.ok += count;
      own.error += failed;
      addAt(own.times, durationCell(millis), count);
      versions.set(version, own);
    },
    forget: () => versions.clear(),
    pass(millis: number) {
      now += millis;
    },
    away(is: boolean) {
      isAway = is;
    },
    known(is: boolean) {
      isKnown = is;
    },
    async history(hours: number, step?: number) {
      const range = cellRangeOf({ last: hours * HOUR, step }, now);
      const versions = await trafficHistoryOf(range, (from, to) =>
        store.tables.traffic.of({ model: 'm', step: range.cell, from, to }),
      );
      return versions.map(({ version, points }) => [
        version,
        ...points.map(({ at, requests, failed }) => [(at - 100 * HOUR) / 60_000, requests, failed]),
      ]);
    },
  };
}

test('counters are looked at once a minute, and what was added is kept by version, by the minute and by the hour', async () => {
  const { begin, answer, pass, looks, history } = await logging();
  answer(1, 1000);
  const log = begin();
  expect(looks()).toBe(1);
  answer(1, 30, 2, 3);
  for (let k = 0; k < 5; k++) {
    pass(10_000);
    await log.note();
  }
  expect(looks()).toBe(1);
  pass(10_000);
  await log.note();
  expect(looks()).toBe(2);
  answer(1, 10);
  answer(2, 5);
  pass(60_000);
  await log.note();
  expect(await history(1)).toEqual([
    [1, [0, 33, 3], [1, 10, 0]],
    [2, [1, 5, 0]],
  ]);
  expect(await history(90 * 24, HOUR)).toEqual([
    [1, [0, 43, 3]],
    [2, [0, 5, 0]],
  ]);
});

test('a server that begins again goes on with its cells, and counts no counter twice', async () => {
  const { begin, answer, pass, forget, history } = await logging();
  const first = begin();
  answer(1, 10);
  pass(90_000);
  await first.note();
  answer(1, 2);
  await first.flush();
  forget();
  const second = begin();
  answer(1, 4);
  pass(60_000);
  await second.note();
  const elsewhere = begin('there');
  answer(1, 7);
  pass(60_000);
  await elsewhere.note();
  expect(await history(48)).toEqual([[1, [0, 10 + 2 + 4 + 7, 0]]]);
});

test('while a store is away nothing is lost, and it is said once', async () => {
  const { begin, answer, pass, away, warned, history } = await logging();
  const log = begin();
  answer(1, 1);
  pass(60_000);
  await log.note();
  away(true);
  for (let k = 0; k < 3; k++) {
    answer(1, 10);
    pass(60_000);
    await log.note();
  }
  away(false);
  answer(1, 10);
  pass(60_000);
  await log.note();
  expect(warned).toHaveLength(1);
  expect(await history(1)).toEqual([[1, [0, 1, 0], [1, 10, 0], [2, 10, 0], [3, 10, 0], [4, 10, 0]]]);
});

test('what workers had counted before a control process was told is nobody’s minute', async () => {
  const { begin, answer, pass, known, history } = await logging();
  answer(1, 500);
  known(false);
  const log = begin();
  pass(10_000);
  await log.note();
  known(true);
  pass(10_000);
  await log.note();
  answer(1, 3);
  pass(60_000);
  await log.note();
  expect(await history(1)).toEqual([[1, [0, 3, 0]]]);
});

test('a range is answered in points that people can see, of the finest cells that are kept of it', () => {
  const now = 5000 * HOUR + 123_456;
  const of = (hours: number, step?: number) => {
    const range = cellRangeOf({ last: hours * HOUR, step }, now);
    return [range.cell, range.step, Math.ceil((range.to - range.from) / range.step)];
  };
  expect(of(1)).toEqual([60_000, 60_000, 61]);
  expect(of(24)).toEqual([600_000, 600_000, 145]);
  expect(of(7 * 24)).toEqual([HOUR, HOUR, 169]);
  expect(of(90 * 24)).toEqual([HOUR, 12 * HOUR, 181]);
  expect(of(90 * 24, HOUR)).toEqual([HOUR, 5 * HOUR, 433]);
  expect(of(1, 7 * 60_000)).toEqual([60_000, 7 * 60_000, 10]);
  expect(cellRangeOf({}, now)).toEqual(cellRangeOf({ from: now - HOUR, to: now + HOUR }, now));
  expect(cellRangeOf({ from: 0 }, now).from).toBeGreaterThan(now - 91 * 24 * HOUR);
});

test.each([undefined, HOUR, Number.MAX_SAFE_INTEGER])(
  'a long range is read in parts, in points of %s ms',
  async (step) => {
    const now = 5000 * HOUR;
    const range = cellRangeOf({ last: 90 * 24 * HOUR, step }, now);
    const spans: number[] = [];
    await trafficHistoryOf(range, async (from, to) => {
      spans.push(to - from);
      return [];
    });
    expect(Math.max(...spans)).toBeLessThanOrEqual(8 * HOUR);
    expect(spans.length).toBeLessThan(1000);
    expect(spans.reduce((sum, span) => sum + span, 0)).toBe(now - range.from);
  },
);

import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { canaryRanges, type RecordingSpec, type Route, singleVersionRoute } from '../../rollout/route.ts';
import { unitHalves, unitHash } from '../../rollout/unit-hash.ts';
import {
  FAILED_BIT,
  LATENCY_BINS,
  latencyBin,
  PAIR_ARM,
  shiftBit,
  slowBit,
  type WindowPart,
} from '../../rollout/window-part.ts';
import { RolloutRecorder } from './rollout-recorder.ts';
import type { MeasuredRequest } from './window-recorder.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 100_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

const RECORDING: RecordingSpec = {
  rollout: 'r1',
  arms: ['candidate', 'stable'],
  stage: 0,
  window: 10_000,
  origin: 100_000,
  first: 0,
  wantsSamples: false,
  slow: [{ name: 'p50', millis: 5 }],
  shifted: [{ name: 'high', kind: 'above', limit: 0.9 }],
  segment: null,
  wantsAnswers: false,
};

const routeOf = (recording: Partial<RecordingSpec> = {}, generation = 1, endpoint = 'e'): Route => ({
  ...singleVersionRoute(endpoint, 'm', 1, generation),
  ranges: canaryRanges(2, 1, 500),
  recording: { ...RECORDING, ...recording },
});

const subject = (arm: number, unit: string | null, more: Partial<MeasuredRequest> = {}): MeasuredRequest => ({
  arm,
  role: arm === 0 ? 'candidate' : 'stable',
  unit,
  segment: null,
  requestId: 'id',
  ...more,
});

const first = (score: number | null, label: string | null = null) => ({ score, label });

function recording(route: Route = routeOf()) {
  const parts: WindowPart[] = [];
  const recorder = new RolloutRecorder({ worker: 'w1', epoch: 3, send: (part) => parts.push(part), clock });
  recorder.follow([route]);
  return { recorder, parts, windowRecorder: recorder.windowRecorderOf('e')! };
}

/** Units of some pieces by hash and arm, with their bits joined. */
function unitsOf(parts: readonly WindowPart[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { units } of parts)
    units.high.forEach((high, i) => {
      const key = `${high} ${units.low[i]} ${units.arm[i]}`;
      found.set(key, ((found.get(key) ?? 0) | units.flags[i]!) >>> 0);
    });
  return found;
}

const keyOf = (unit: string, arm: number): string => [...unitHalves(unit), arm].join(' ');

test('a unit comes once an arm, with the bits of all its requests; a request without one is counted', () => {
  const { recorder, parts, windowRecorder } = recording();
  windowRecorder.answered(subject(0, 'u1'), 1, first(0.5));
  windowRecorder.answered(subject(0, 'u1'), 6, first(0.95));
  windowRecorder.failed(subject(1, 'u2'), 1);
  windowRecorder.answered(subject(1, 'u2'), 1, first(0.5));
  for (let k = 0; k < 3; k++) windowRecorder.answered(subject(1, null), 1, first(0.5));
  windowRecorder.failed(subject(1, null), 7);
  recorder.flush();
  expect(parts).toHaveLength(1);
  expect(parts[0]).toMatchObject({
    rollout: 'r1',
    generation: 1,
    window: 0,
    worker: 'w1',
    epoch: 3,
    seq: 0,
    isLast: false,
    segments: [''],
    shadow: { mirrored: 0, dropped: 0 },
  });
  expect(unitsOf(parts)).toEqual(
    new Map([
      [keyOf('u1', 0), slowBit(0) | shiftBit(RECORDING, 0)],
      [keyOf('u2', 1), FAILED_BIT],
    ]),
  );
  expect(parts[0]!.nameless).toEqual([
    { arm: 1, flags: 0, segment: 0, count: 3 },
    { arm: 1, flags: FAILED_BIT | slowBit(0), segment: 0, count: 1 },
  ]);
  const bins = parts[0]!.latency.map((counts) => [counts[latencyBin(1)], counts[latencyBin(7)]]);
  expect(bins[0]).toEqual([1, latencyBin(6) === latencyBin(7) ? 1 : 0]);
  expect(parts[0]!.latency.map((counts) => counts.reduce((sum, n) => sum + n))).toEqual([2, 6]);
  expect(parts[0]!.latency.every(({ length }) => length === LATENCY_BINS)).toBe(true);
});

test('a piece goes out every second in which something was noted, and the last when the window is over', () => {
  const { parts, windowRecorder } = recording();
  windowRecorder.answered(subject(0, 'u1'), 1, first(0));
  vi.advanceTimersByTime(1000);
  vi.advanceTimersByTime(2000);
  windowRecorder.answered(subject(0, 'u1'), 1, first(0));
  windowRecorder.answered(subject(0, 'u2'), 1, first(0));
  vi.advanceTimersByTime(7000);
  expect(parts.map(({ window, seq, isLast }) => [window, seq, isLast])).toEqual([
    [0, 0, false],
    [0, 1, false],
    [0, 2, true],
  ]);
  // What did not change is not sent again.
  expect(parts.map(({ units }) => units.high.length)).toEqual([1, 1, 0]);
  windowRecorder.answered(subject(0, 'u1'), 1, first(0));
  vi.advanceTimersByTime(10_000);
  expect(parts.slice(3).map(({ window, seq, isLast }) => [window, seq, isLast])).toEqual([
    [1, 0, false],
    [1, 1, true],
  ]);
  // A new window, in which the unit is new.
  expect(unitsOf(parts.slice(3)).size).toBe(1);
});

test('windows in which nothing came are complete as well', () => {
  const { parts } = recording(routeOf({ window: 500 }));
  vi.advanceTimersByTime(2100);
  expect(parts.map(({ window, seq, isLast }) => [window, seq, isLast])).toEqual([
    [0, 0, true],
    [1, 0, true],
    [2, 0, true],
    [3, 0, true],
  ]);
});

test('another generation ends the window; what was on its way under the old one is not counted', () => {
  const { recorder, parts, windowRecorder } = recording();
  windowRecorder.answered(subject(0, 'u1'), 1, first(0));
  recorder.follow([routeOf()]);
  expect(recorder.windowRecorderOf('e')).toBe(windowRecorder);
  recorder.follow([routeOf({ origin: 100_000, first: 1 }, 2)]);
  expect(parts).toEqual([]);
  recorder.flush();
  expect(parts.map(({ generation, isLast }) => [generation, isLast])).toEqual([[1, true]]);
  windowRecorder.failed(subject(0, 'u2'), 1);
  windowRecorder.pair(subject(1, 'u2'), null, null);
  recorder.windowRecorderOf('e')!.failed(subject(0, 'u3'), 1);
  recorder.close();
  expect(parts.map(({ generation, window, isLast }) => [generation, window, isLast])).toEqual([
    [1, 0, true],
    [2, 1, true],
  ]);
  expect(unitsOf(parts.slice(1))).toEqual(new Map([[keyOf('u3', 0), FAILED_BIT]]));
  expect(recorder.windowRecorderOf('e')).toBeNull();
  vi.advanceTimersByTime(60_000);
  expect(parts).toHaveLength(2);
});

test('pairs keep the bits of both, without latency', () => {
  const { recorder, parts, windowRecorder } = recording();
  windowRecorder.pair(subject(1, 'u1'), null, first(0.95));
  windowRecorder.pair(subject(1, null), first(0.95), null);
  windowRecorder.dropped();
  recorder.flush();
  const shift = shiftBit(RECORDING, 0);
  expect(unitsOf(parts)).toEqual(new Map([[keyOf('u1', PAIR_ARM), (FAILED_BIT | (shift << 16)) >>> 0]]));
  expect(parts[0]!.nameless).toEqual([
    { arm: PAIR_ARM, flags: shift | (FAILED_BIT << 16), segment: 0, count: 1 },
  ]);
  expect(parts[0]!.shadow).toEqual({ mirrored: 2, dropped: 1 });
});

test('with all marks in use, the bits of both sides of a pair stay apart', () => {
  const shifted = Array.from({ length: 15 }, (_, k) => ({ name: `m${k}`, kind: 'above', limit: k }) as const);
  const { recorder, parts, windowRecorder } = recording(routeOf({ slow: [], shifted }));
  windowRecorder.pair(subject(1, null), first(100), first(100));
  recorder.flush();
  expect(parts[0]!.nameless[0]!.flags).toBe(0xfffe_fffe);
});

test('a client that leaves counts where it has waited longer than a latency mark', () => {
  const { recorder, parts, windowRecorder } = recording();
  windowRecorder.cancelled(subject(0, 'u1'), 5);
  windowRecorder.cancelled(subject(0, 'u2'), 5000);
  recorder.flush();
  expect(unitsOf(parts)).toEqual(new Map([[keyOf('u2', 0), slowBit(0)]]));
});

test('segments are kept apart', () => {
  const { recorder, parts, windowRecorder } = recording(routeOf({ segment: 'x-country' }));
  windowRecorder.failed(subject(0, null, { segment: 'de' }), 1);
  windowRecorder.failed(subject(0, 'u1', { segment: 'fr' }), 1);
  windowRecorder.failed(subject(0, null), 1);
  recorder.flush();
  const [part] = parts;
  expect(part!.segments).toEqual(['', 'de', 'fr']);
  expect(part!.units.segment).toEqual(Uint8Array.of(2));
  expect(part!.nameless.map(({ segment }) => segment)).toEqual([1, 0]);
});

test('samples are of stable alone, answered, and at most 256 a second', () => {
  const { recorder, parts, windowRecorder } = recording(routeOf({ wantsSamples: true }));
  for (let k = 0; k < 300; k++) windowRecorder.answered(subject(1, 'u'), k, first(k, 'yes'));
  windowRecorder.answered(subject(0, 'u'), 1, first(1));
  windowRecorder.failed(subject(1, 'u'), 1);
  recorder.flush();
  expect(parts[0]!.samples).toHaveLength(256);
  expect(parts[0]!.samples[1]).toEqual({ millis: 1, score: 1, label: 'yes' });
});

test('answers carry what labels are joined by', () => {
  const { recorder, parts, windowRecorder } = recording(routeOf({ wantsAnswers: true }));
  windowRecorder.answered(subject(0, 'u1', { requestId: 'a' }), 1, first(0.25, 'no'));
  windowRecorder.answered(subject(1, null, { requestId: 'b' }), 1, first(0.25));
  windowRecorder.answered(subject(1, null, { requestId: 'c' }), 1, first(null));
  windowRecorder.failed(subject(1, null, { requestId: 'd' }), 1);
  recorder.flush();
  expect(parts[0]!.answers).toEqual([
    { requestId: 'a', unit: unitHash('u1'), arm: 0, at: 100_000, answer: 'no' },
    { requestId: 'b', unit: null, arm: 1, at: 100_000, answer: '0.25' },
  ]);
});

test('answers carry the segment of their request where it has one', () => {
  const { recorder, parts, windowRecorder } = recording(
    routeOf({ wantsAnswers: true, segment: 'x-country' }),
  );
  for (const segment of ['DE', null, '', 'x'.repeat(129)])
    windowRecorder.answered(subject(0, null, { segment }), 1, first(1));
  recorder.flush();
  expect(parts[0]!.answers.map(({ segment }) => segment)).toEqual(['DE', undefined, undefined, undefined]);
});

test('over any history, the pieces of each window add up to what was noted in it', () => {
  const step = fc.record({
    wait: fc.constantFrom(0, 1, 400, 1100, 12_000),
    arm: fc.constantFrom(0, 1),
    unit: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null }),
    failed: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { recorder, parts, windowRecorder } = recording(routeOf({ origin: Date.now() }));
      const began = Date.now();
      const wanted = new Map<string, number>();
      for (const { wait, arm, unit, failed } of steps) {
        vi.advanceTimersByTime(wait);
        if (failed) windowRecorder.failed(subject(arm, unit), 1);
        else windowRecorder.answered(subject(arm, unit), 1, first(0));
        const window = Math.floor((Date.now() - began) / 10_000);
        const key = `${window} ${unit === null ? `${arm} ${failed}` : keyOf(unit, arm)}`;
        const bits = (wanted.get(key) ?? 0) | (failed ? 1 : 0);
        wanted.set(key, unit === null ? (wanted.get(key) ?? 0) + 1 : bits);
      }
      recorder.close();
      const found = new Map<string, number>();
      for (const window of new Set(parts.map((part) => part.window))) {
        const pieces = parts.filter((part) => part.window === window);
        expect(pieces.map(({ seq }) => seq)).toEqual(pieces.map((_, k) => k));
        expect(pieces.map(({ isLast }) => isLast)).toEqual(pieces.map((_, k) => k === pieces.length - 1));
        for (const [key, flags] of unitsOf(pieces)) found.set(`${window} ${key}`, flags);
        for (const { arm, flags, count } of pieces.flatMap(({ nameless }) => nameless)) {
          const key = `${window} ${arm} ${flags === FAILED_BIT}`;
          found.set(key, (found.get(key) ?? 0) + count);
        }
      }
      expect(found).toEqual(wanted);
    }),
    { numRuns: 50 },
  );
});

test('requests under way when a rollout lets go of its endpoint are noted, and then the last piece is sent', async () => {
  const { recorder, parts, windowRecorder } = recording();
  for (let i = 0; i < 3; i++) windowRecorder.begin();
  windowRecorder.answered(subject(0, 'quick'), 1, first(null));
  windowRecorder.end();
  recorder.follow([singleVersionRoute('e', 'm', 1, 2)]);
  vi.advanceTimersByTime(12_000);
  windowRecorder.failed(subject(0, 'slow'), 12_000);
  windowRecorder.end();
  expect(parts.filter(({ isLast }) => isLast)).toEqual([]);
  windowRecorder.cancelled(subject(0, 'left'), 12_001);
  windowRecorder.end();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(parts.map(({ isLast, window }) => [isLast, window])).toEqual([[true, 0]]);
  expect([...unitsOf(parts).values()].sort()).toEqual([0, FAILED_BIT | slowBit(0), slowBit(0)].sort());
  windowRecorder.failed(subject(0, 'never'), 1);
  expect(unitsOf(parts).size).toBe(3);
});

test('a request that never ends holds the last piece up for half a minute, and the end of the process for nothing', async () => {
  for (const wait of [
    () => vi.advanceTimersByTime(30_000),
    (recorder: RolloutRecorder) => recorder.close(),
  ]) {
    const { recorder, parts, windowRecorder } = recording();
    windowRecorder.begin();
    windowRecorder.answered(subject(0, 'quick'), 1, first(null));
    recorder.follow([singleVersionRoute('e', 'm', 1, 2)]);
    wait(recorder);
    await new Promise((resolve) => setImmediate(resolve));
    expect(parts.map(({ isLast }) => isLast)).toEqual([true]);
  }
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Clock } from '../../core/ports.ts';
import { recordingOf } from '../../rollout/collect/testing/parts.ts';
import { type RecordingSpec, windowAt } from '../../rollout/route.ts';
import { WindowTimeline } from './window-timeline.ts';

const after = (before: RecordingSpec, beginning: Pick<RecordingSpec, 'origin' | 'first'>): RecordingSpec => ({
  ...before,
  ...beginning,
});

it('begins with window 0, and goes on behind what was closed', () => {
  expect(new WindowTimeline(-1).next(500, null)).toEqual({ origin: 500, first: 0 });
  expect(new WindowTimeline(41).next(500, null)).toEqual({ origin: 500, first: 42 });
});

/** Both clocks of a machine; by default the steady one goes along. */
const at = (wall: number, steady = wall): Clock => ({ now: () => wall, monotonic: () => steady });

it('takes a sleep of thousands of windows, and a clock that was set by more than half a window, for a jump', () => {
  const recording = recordingOf({ origin: 0, first: 0 });
  const timeline = new WindowTimeline(-1);
  expect(timeline.look(at(5500), recording)).toBe(false);
  expect(timeline.look(at(5800, 5600), recording)).toBe(false);
  expect([timeline.look(at(6400, 5700), recording), timeline.drift]).toEqual([true, 700]);
  expect([timeline.look(at(6500, 5800), recording), timeline.drift]).toEqual([false, 0]);
  expect([timeline.look(at(3500, 5900), recording), timeline.drift]).toEqual([true, -3100]);
  expect([timeline.look(at(90_000_000, 90_002_400), recording), timeline.drift]).toEqual([true, 0]);
  expect(timeline.next(90_000_000, recording)).toEqual({ origin: 90_000_000, first: 7 });
});

it('gives no number twice, whatever the clock does: a new route begins behind every window that had begun', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ step: fc.integer({ min: -100_000, max: 100_000 }), isChanged: fc.boolean() })),
      (moves) => {
        const timeline = new WindowTimeline(-1);
        let now = 1_000_000;
        let recording = after(recordingOf(), timeline.next(now, null));
        let begun = recording.first;
        for (const { step, isChanged } of moves) {
          now += step;
          const hasJumped = timeline.look(at(now), recording);
          if (!hasJumped) begun = Math.max(begun, windowAt(recording, now));
          if (!hasJumped && !isChanged) continue;
          recording = after(recording, timeline.next(now, recording));
          expect(recording.first).toBeGreaterThan(begun);
          expect(windowAt(recording, now)).toBe(recording.first);
          begun = recording.first;
        }
      },
    ),
  );
});

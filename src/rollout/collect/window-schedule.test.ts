import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowAt } from '../route.ts';
import { recordingOf } from './testing/parts.ts';
import { WindowSchedule } from './window-schedule.ts';

test('the windows of routes that follow each other leave no moment out and take none twice', () => {
  const gaps = fc.array(fc.nat(3500), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(gaps, (pauses) => {
      const calendar = new WindowSchedule();
      let recording = recordingOf();
      calendar.follow({ generation: 1, recording, shares: [0, 1] });
      for (const [i, pause] of pauses.entries()) {
        const origin = recording.origin + pause;
        recording = { ...recording, origin, first: windowAt(recording, origin) + 1 };
        expect(calendar.follow({ generation: i + 2, recording, shares: [0, 1] })).toBe(true);
      }
      let time = 10_000;
      for (let window = 0; window < recording.first + 3; window++) {
        const { start, end, generation } = calendar.span(window)!;
        expect(start).toBe(time);
        expect(end - start).toBeLessThanOrEqual(1000);
        if (window >= recording.first) expect([end - start, generation]).toEqual([1000, pauses.length + 1]);
        time = end;
      }
      const last = calendar.span(recording.first);
      calendar.prune(recording.first);
      expect(calendar.first).toBe(recording.first);
      expect(calendar.span(recording.first)).toEqual(last);
      expect(calendar.span(recording.first - 1)).toBeNull();
    }),
  );
});

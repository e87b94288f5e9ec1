import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordingSpec } from '../../rollout/route.ts';
import { WindowClock } from './window-clock.ts';

const recording = { window: 1000, origin: 10_000, first: 5 } as RecordingSpec;

/** Both clocks of a machine, apart. */
class Clocks {
  wall: number;
  steady = 77;

  constructor(wall: number) {
    this.wall = wall;
  }

  now = (): number => this.wall;
  monotonic = (): number => this.steady;

  pass(millis: number): void {
    this.wall += millis;
    this.steady += millis;
  }
}

test('windows follow each other from the origin on', () => {
  const clocks = new Clocks(10_250);
  const windows = new WindowClock(recording, clocks);
  expect([windows.index, windows.left]).toEqual([5, 750]);
  clocks.pass(749);
  expect(windows.isOver).toBe(false);
  clocks.pass(1);
  expect(windows.isOver).toBe(true);
  windows.next();
  expect([windows.index, windows.left]).toEqual([6, 1000]);
  clocks.pass(3400);
  windows.next();
  expect([windows.index, windows.left]).toEqual([9, 600]);
});

test('a clock that lags behind the one that set the origin begins with the first window', () => {
  const clocks = new Clocks(9_700);
  expect(new WindowClock(recording, clocks)).toMatchObject({ index: 5, left: 1300 });
  clocks.wall = 0;
  expect(new WindowClock(recording, clocks)).toMatchObject({ index: 5, left: 1000 });
});

test('a wall clock that is set, by a day or by half a window, forward or back, skips no window and repeats none', () => {
  const clocks = new Clocks(10_100);
  const windows = new WindowClock(recording, clocks);
  clocks.wall += 86_400_000;
  clocks.pass(899);
  expect(windows.isOver).toBe(false);
  clocks.pass(1);
  windows.next();
  expect([windows.index, windows.left]).toEqual([6, 1000]);
  for (const [i, jump] of [-86_400_000, 500, -500, 120_000].entries()) {
    clocks.wall += jump;
    clocks.pass(1000);
    expect(windows.isOver).toBe(true);
    windows.next();
    expect([windows.index, windows.left]).toEqual([7 + i, 1000]);
  }
});

test('whatever the wall clock does, numbers only grow and no window is longer than one and a half', () => {
  const step = fc.record({ passes: fc.nat(3000), jumps: fc.integer({ min: -100_000, max: 100_000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const clocks = new Clocks(10_000);
      const windows = new WindowClock(recording, clocks);
      for (const { passes, jumps } of steps) {
        clocks.pass(passes);
        clocks.wall += jumps;
        if (!windows.isOver) continue;
        const before = windows.index;
        windows.next();
        expect(windows.index).toBeGreaterThan(before);
        expect(windows.left).toBeGreaterThan(0);
        expect(windows.left).toBeLessThanOrEqual(1500);
      }
    }),
  );
});

import { describe, expect, test } from 'vitest';
import { randomIndex, seededRandom, shuffle } from '../../core/random.ts';
import type { ClosedWindow } from '../strategy-machine.ts';
import { unpackUnits } from './packed-units.ts';
import { NEEDS, recordingOf, request, type TestRequest, testPart } from './testing/parts.ts';
import { type StoredWindow, WindowCollector } from './window-collector.ts';

/** Most units that are kept apart here. */
const KEPT = 256;
const WINDOWS = 6;

/** More and more units: 100 new ones in the first window, 600 in the sixth, and some who come again. */
function visits(failing: number): TestRequest[][] {
  const random = seededRandom(5);
  let known = 0;
  return Array.from({ length: WINDOWS }, (_, window) => {
    const before = known;
    known += 100 * (window + 1);
    const again = Array.from({ length: before / 4 }, () => randomIndex(random, before));
    const fresh = Array.from({ length: known - before }, (_, i) => before + i);
    const came = [...new Set([...again, ...fresh])];
    return came.map((unit) => request(unit, unit % 2, (unit * 7919) % 100 < failing ? 1 : 0));
  });
}

function collected(windows: readonly TestRequest[][], restartAt = -1, rollout = 'ro_1'): StoredWindow[] {
  const stored: StoredWindow[] = [];
  const start = (): WindowCollector => {
    const collector = new WindowCollector(NEEDS, rollout, KEPT);
    collector.restore(stored);
    collector.follow(1, recordingOf(), [0.5, 0.5]);
    return collector;
  };
  let collector = start();
  for (const [window, seen] of windows.entries()) {
    if (window === restartAt) collector = start();
    expect(collector.take(testPart(seen, { window, rollout }), 0)).toBe('taken');
    stored.push(collector.close(window));
  }
  return stored;
}

const countsOf = (stored: readonly StoredWindow[]): ClosedWindow[] => stored.map(({ closed }) => closed);
const sampleOf = ({ units }: StoredWindow): string[] => {
  const { high, low } = unpackUnits(units, 0);
  return [...high].map((half, i) => `${half} ${low[i]}`).sort();
};

describe('a sample of more units than are kept', () => {
  test('thins every arm alike, and says by how much', () => {
    const closed = countsOf(collected(visits(0)));
    // 100, 300, 600, 1000, 1500 and 2100 units by then.
    expect(closed.map(({ sampling }) => sampling)).toEqual([1, 2, 4, 4, 8, 8]);
    for (const [i, { arms, sampling }] of closed.entries()) {
      const expected = (100 * (i + 1)) / 2 / sampling;
      for (const { assigned } of arms)
        expect(Math.abs(assigned! - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
    }
  });

  test('is taken of a single window that holds too many, too', () => {
    const seen = Array.from({ length: 1000 }, (_, unit) => request(unit, unit % 2));
    const [{ arms, sampling }] = countsOf(collected([seen])) as [ClosedWindow];
    expect(sampling).toBe(4);
    for (const { units } of arms) expect(Math.abs(units - 125)).toBeLessThan(4 * Math.sqrt(125));
  });

  test('holds the same units whatever happens to them, and in whatever order they come', () => {
    const healthy = collected(visits(0));
    const failing = collected(visits(60));
    const shuffled = collected(
      visits(60).map((seen, i) => shuffle([...seen, ...seen.slice(0, 50)], seededRandom(i))),
    );
    expect(failing.map(({ closed }) => closed.sampling)).toEqual(
      healthy.map(({ closed }) => closed.sampling),
    );
    expect(failing.map(({ closed }) => closed.arms.map(({ assigned }) => assigned))).toEqual(
      healthy.map(({ closed }) => closed.arms.map(({ assigned }) => assigned)),
    );
    expect(countsOf(shuffled)).toEqual(countsOf(failing));
    expect(shuffled.map(sampleOf)).toEqual(failing.map(sampleOf));
  });

  test('is the same after a restart at any window', () => {
    const whole = collected(visits(30));
    for (let restartAt = 1; restartAt < WINDOWS; restartAt++)
      expect(countsOf(collected(visits(30), restartAt))).toEqual(
        countsOf(whole).map((closed, i) => ({ ...closed, missingParts: countsOf(whole)[i]!.missingParts })),
      );
  });

  test('is another one in another rollout', () => {
    const [one, two] = ['ro_1', 'ro_2'].map((rollout) => sampleOf(collected(visits(0), -1, rollout).at(-1)!));
    expect(one).not.toEqual(two);
  });

  test('is counted as the definition counts the units that are in it', () => {
    const windows = visits(40);
    const stored = collected(windows);
    const failed = new Set<number>();
    const kept = new Set(stored.slice(-1).flatMap(sampleOf));
    // The last window has the final sample: those of it that the window told of for the first time, by their ids.
    const fresh = windows.at(-1)!.filter(({ unit }) => kept.has(`${unit! * 7} ${unit}`));
    for (const seen of windows.slice(0, -1))
      for (const { unit, flags } of seen) if (flags === 1) failed.add(unit!);
    const newcomers = fresh.filter(
      ({ unit }) =>
        !windows
          .slice(0, -1)
          .flat()
          .some((before) => before.unit === unit),
    );
    const { arms } = stored.at(-1)!.closed;
    for (const [arm, counts] of arms.entries()) {
      const own = newcomers.filter((seen) => seen.arm === arm);
      expect(counts.newcomers).toMatchObject({
        units: own.length,
        failures: own.filter(({ flags }) => flags === 1).length,
      });
    }
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { intervalAtEveryLook, type MetricComparison } from './metric.ts';
import { addSegments, heterogeneity, type SegmentStates, segmentInterval } from './segments.ts';
import { drawUnits, type InventedUnit, revenue, segmentedCohort } from './testing/experiments.ts';

const PLAIN: MetricComparison = {
  control: 0,
  bounds: null,
  isAdjusted: false,
  isWeighted: false,
  alpha: 0.05,
};
const HALVES = [0.5, 0.5];

type Draw = (segment: string, arm: number) => number;

/** Cohort by cohort, with the state after each. */
function grow(
  cohorts: readonly Readonly<Record<string, number>>[],
  draw: Draw,
  seed: number,
  comparison = PLAIN,
): readonly SegmentStates[] {
  const random = seededRandom(seed);
  let states: SegmentStates = [];
  return cohorts.map((sizes, window) => {
    const units = Object.fromEntries(
      Object.entries(sizes).map(([name, size]): [string, readonly InventedUnit[]] => [
        name,
        drawUnits(size, HALVES, random, (arm) => draw(name, arm)),
      ]),
    );
    states = addSegments(states, segmentedCohort('m', window, units), HALVES, comparison);
    return states;
  });
}

const often = (times: number, sizes: Readonly<Record<string, number>>) =>
  Array.from({ length: times }, () => sizes);

describe('the level', () => {
  test('that segments and pairs of them get is together below the whole, in whatever order they come', () => {
    const batches = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(batches, (sizes) => {
        let [count, segments, pairs] = [0, 0, 0];
        const part = (before: number, after: number): number => 1 / ((before + 1) * (after + 1));
        const pairsOf = (n: number): number => (n * (n - 1)) / 2;
        for (const size of sizes) {
          const after = count + size;
          segments += size * part(count, after);
          pairs += (pairsOf(after) - pairsOf(count)) * part(pairsOf(count), pairsOf(after));
          count = after;
        }
        expect(segments).toBeLessThan(1);
        expect(pairs).toBeLessThan(1);
        expect(segments).toBeCloseTo(1 - 1 / (count + 1), 9);
      }),
    );
  });

  test('of a segment is that of the order in which it came, and stays', () => {
    const states = grow(
      [
        { DE: 4000, FR: 4000 },
        { DE: 10, FR: 10, IT: 4000 },
      ],
      (_, arm) => arm,
      1,
    );
    const alphas = [1 / 3, 1 / 3, 1 / 12];
    const last = states.at(-1)!;
    expect(last.map(({ name }) => name)).toEqual(['DE', 'FR', 'IT']);
    last.forEach((segment, i) => {
      const wanted = intervalAtEveryLook(segment.metric, 1, { ...PLAIN, alpha: 0.05 * alphas[i]! });
      const interval = segmentInterval(segment, 1, PLAIN);
      expect(interval.lower).toBeCloseTo(wanted.lower!, 12);
      expect(interval.upper).toBeCloseTo(wanted.upper!, 12);
    });
  });
});

test('segments beyond the 32 first are counted together, and no unit twice', () => {
  const sizes = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`s${i}`, 5]));
  const [first, second] = grow([sizes, { ...sizes, late: 7 }], () => 1, 2);
  expect(first).toHaveLength(33);
  expect(second).toHaveLength(33);
  const units = second!.map(({ metric: { arms } }) => arms.reduce((sum, { n }) => sum + n, 0));
  expect(units.reduce((a, b) => a + b, 0)).toBe(2 * 40 * 5 + 7);
  expect(second!.find(({ name }) => name === 'other')!.metric.arms[0]!.n).toBeGreaterThan(0);
});

test('an effect of sixty percent in one segment and none in the other is told, by name and size', () => {
  const random = seededRandom(5);
  const states = grow(
    often(20, { DE: 400, FR: 400 }),
    (name, arm) => revenue(0.3, 0.5, arm === 1 && name === 'DE' ? 1.6 : 1)(random),
    6,
  );
  const [found, ...more] = heterogeneity(states.at(-1)!, 1, PLAIN);
  expect(more).toEqual([]);
  expect(found!.segments).toEqual(['DE', 'FR']);
  // Three in ten spend e^0.125 = 1.13: 0.34 a unit, and six tenths of that.
  expect(found!.lower).toBeLessThan(0.2);
  expect(found!.upper).toBeGreaterThan(0.2);
  expect(found!.p).toBeLessThan(0.05);
});

test('of segments that have too few units nothing is said', () => {
  const states = grow(often(2, { DE: 400, FR: 400 }), (name, arm) => (name === 'DE' ? 10 * arm : 0), 7);
  expect(heterogeneity(states.at(-1)!, 1, PLAIN)).toEqual([]);
  expect(segmentInterval(states.at(-1)![0]!, 1, PLAIN).lower).toBeNull();
});

test('weights that change are held against the share of each window, in every segment', () => {
  const weighted = { ...PLAIN, isWeighted: true };
  const random = seededRandom(11);
  let states: SegmentStates = [];
  for (let window = 0; window < 40; window++) {
    const shares = window < 20 ? [0.9, 0.1] : [0.1, 0.9];
    const units = (): readonly InventedUnit[] =>
      drawUnits(500, shares, random, (_, { next }) => next() + (window < 20 ? 0 : 10));
    states = addSegments(
      states,
      segmentedCohort('m', window, { DE: units(), FR: units() }),
      shares,
      weighted,
    );
  }
  for (const segment of states) {
    const { lower, upper } = segmentInterval(segment, 1, weighted);
    expect(lower).toBeLessThan(0);
    expect(upper).toBeGreaterThan(0);
  }
  expect(heterogeneity(states, 1, weighted)).toEqual([]);
});

test('without an effect, or with one that is the same everywhere, less than 5 % are told otherwise at any look', () => {
  const sizes = { DE: 160, FR: 90, IT: 60, ES: 40 };
  let [outside, differing] = [0, 0];
  const runs = 100;
  for (let seed = 0; seed < runs; seed++) {
    const random = seededRandom(1000 + seed);
    // Levels of segments differ, the effect does not.
    const draw: Draw = (name, arm) => (name === 'DE' ? 1 : 0) + Number(random.next() < 0.3) + 0.1 * arm;
    const looks = grow(often(40, sizes), draw, seed);
    outside += Number(
      looks.some((states) =>
        states.some((segment) => {
          const { lower, upper } = segmentInterval(segment, 1, PLAIN);
          return lower !== null && (lower > 0.1 || upper! < 0.1);
        }),
      ),
    );
    differing += Number(looks.some((states) => heterogeneity(states, 1, PLAIN).length > 0));
  }
  expect(outside / runs).toBeLessThanOrEqual(0.05);
  expect(differing / runs).toBeLessThanOrEqual(0.05);
});

/** What is promised of segments and guardrails, counted over invented traffic that runs through the machine. */
import { describe, expect, test } from 'vitest';
import type { Random } from '../../core/ports.ts';
import { seededRandom } from '../../core/random.ts';
import {
  begin,
  cohortOf,
  drawUnits,
  feedWindow,
  type InventedUnit,
  revenue,
  segmentedCohort,
  type TestRun,
  viewOf,
} from './testing/experiments.ts';

const HALVES = [0.5, 0.5];
/** A level that no primary metric and no guard meets, so that segments are looked at to the end. */
const WATCHED = { primary: { metric: 'm' }, segments: 'x-country', alpha: 0.05, horizon: '10d' };

interface World {
  /** Units a window, by segment. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly value: (segment: string, arm: number, random: Random) => number;
  readonly windows?: number;
}

/** Whether `found` was ever so, at any look of the experiment. */
function ever(
  { sizes, value, windows = 60 }: World,
  seed: number,
  found: (run: TestRun) => boolean,
): boolean {
  const run = begin(WATCHED);
  const random = seededRandom(seed);
  for (let window = 0; window < windows; window++) {
    const units = Object.entries(sizes).map(([name, size]): [string, readonly InventedUnit[]] => [
      name,
      drawUnits(size, HALVES, random, (arm) => value(name, arm, random)),
    ]);
    feedWindow(run, { window, outcomes: [segmentedCohort('m', window, Object.fromEntries(units))] });
    if (found(run)) return true;
  }
  return false;
}

const count = (runs: number, world: World, found: (run: TestRun) => boolean): number =>
  Array.from({ length: runs }, (_, seed) => seed).filter((seed) => ever(world, seed, found)).length;

const excludes =
  (value: number) =>
  (run: TestRun): boolean =>
    viewOf(run).segments.some(({ lower, upper }) => lower !== null && (lower > value || upper! < value));
const differs = (run: TestRun): boolean => viewOf(run).differences.length > 0;

const TWO = { DE: 150, FR: 150 };
const TEN = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`s${i}`, 30 + 10 * i]));

describe('of 1,000 A/A experiments that are looked at 60 times, in at most 5 %% any segment is told different, or any two', () => {
  test.each<[string, World]>([
    ['two segments, conversion', { sizes: TWO, value: (_, __, { next }) => Number(next() < 0.1) }],
    ['two segments, revenue', { sizes: TWO, value: (_, __, random) => revenue(0.3, 1)(random) }],
    ['ten segments, conversion', { sizes: TEN, value: (_, __, { next }) => Number(next() < 0.2) }],
    ['ten segments, revenue', { sizes: TEN, value: (_, __, random) => revenue(0.3, 1)(random) }],
  ])('%s', (name, world) => {
    const runs = 1000;
    const [outside, differing] = [count(runs, world, excludes(0)), count(runs, world, differs)];
    console.log(`${name}: an interval left 0 out in ${outside}, two differed in ${differing} of ${runs}`);
    expect(outside).toBeLessThanOrEqual(0.05 * runs);
    expect(differing).toBeLessThanOrEqual(0.05 * runs);
  });

  test('the same effect everywhere is no difference of segments, whatever their levels', () => {
    const value: World['value'] = (name, arm, { next }) => (name === 'DE' ? 3 : 0) + next() + 0.2 * arm;
    const differing = count(500, { sizes: TWO, value }, differs);
    console.log(`the same effect everywhere: two differed in ${differing} of 500`);
    expect(differing).toBeLessThanOrEqual(25);
  });
});

test('sixty percent in one segment and none in the other are told in nearly all experiments', () => {
  const value: World['value'] = (name, arm, random) =>
    revenue(0.3, 0.5, arm === 1 && name === 'DE' ? 1.6 : 1)(random);
  const told = count(200, { sizes: TWO, value }, differs);
  console.log(`+60 % and 0: told in ${told} of 200`);
  expect(told).toBeGreaterThanOrEqual(190);
});

test('a guardrail ends an arm that does no harm in at most 5 %% of experiments', () => {
  const policy = { primary: { metric: 'm' }, guardrails: [{ metric: 'g' }, { metric: 'h' }], horizon: '10d' };
  const ended = Array.from({ length: 1000 }, (_, seed) => {
    const run = begin(policy);
    const random = seededRandom(seed);
    for (let window = 0; window < 60 && run.state.phase.kind === 'running'; window++) {
      const units = (): readonly InventedUnit[] =>
        drawUnits(150, HALVES, random, (_, { next }) => Number(next() < 0.2));
      feedWindow(run, {
        window,
        outcomes: [cohortOf('g', window, units()), cohortOf('h', window, units())],
      });
    }
    return run.state.phase.kind;
  }).filter((kind) => kind === 'rolled-back').length;
  console.log(`guardrails without harm: ${ended} of 1000 ended`);
  expect(ended).toBeLessThanOrEqual(50);
});

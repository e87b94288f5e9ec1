import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArmSums, addSums, addUnit, NO_SUMS, NOTHING_MATURED, parseMatured } from './outcomes.ts';
import { cohortOf, segmentedCohort } from './testing/experiments.ts';

test('sums of parts are the sums of the whole', () => {
  const unit = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }));
  const sumsOf = (units: readonly (readonly [number, number])[]): ArmSums =>
    units.reduce((sums, [y, x]) => addUnit(sums, y, x), NO_SUMS);
  fc.assert(
    fc.property(fc.array(unit), fc.array(unit), (a, b) => {
      expect(addSums(sumsOf(a), sumsOf(b))).toEqual(sumsOf([...a, ...b]));
    }),
  );
});

test('what a window brought is read back as it was written', () => {
  const cohorts = [cohortOf('m', 2, [[0, 1]]), segmentedCohort('m', 3, { DE: [[1, 2]] })];
  const written = { ...NOTHING_MATURED, labelsTo: 3, cohorts };
  expect(parseMatured(JSON.parse(JSON.stringify(written)))).toEqual(written);
  expect(parseMatured(null)).toEqual(NOTHING_MATURED);
});

test('what was not written by us is refused, and never read as nothing', () => {
  const sound = { ...NOTHING_MATURED, cohorts: [cohortOf('m', 2, [[0, 1]])] };
  const [cohort] = sound.cohorts;
  for (const wrong of [
    [],
    'x',
    7,
    { ...sound, labelsTo: -1 },
    { ...sound, rule: { kind: 'within' } },
    { ...sound, arrivals: [{ answered: 1 }] },
    { ...sound, cohorts: [{ ...cohort, arms: [{ n: null }] }] },
    { ...sound, cohorts: [{ ...cohort, values: [[0.5, 1]] }] },
    { ...sound, cohorts: [{ ...cohort, segments: [{ name: 'DE' }] }] },
    { ...sound, cohorts: [{ ...cohort, segments: [{ name: 1, arms: [] }] }] },
    { ...sound, cohorts: [null] },
  ])
    expect(() => parseMatured(wrong)).toThrow(/INTERNAL|what matured in it/);
});

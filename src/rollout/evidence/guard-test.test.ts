import { describe, expect, test } from 'vitest';
import { addGuardCounts, excessUnits, NO_EVIDENCE } from './guard-test.ts';

describe('races of one guard', () => {
  const counts = (name: string, xc: number, xs: number) => ({
    name,
    strata: [{ candidate: 100, stable: 1900, candidateFailures: xc, stableFailures: xs }],
    inputs: 0,
    pairs: { candidateOnly: 0, stableOnly: 0, both: 0 },
    computed: { units: 100, bad: xc },
  });
  const options = { tolerance: 1, oddsRatio: 2 };

  test('are averaged over quantiles', () => {
    const both = addGuardCounts(NO_EVIDENCE, [counts('p50', 60, 900), counts('p99', 9, 19)], options);
    const [p50, p99] = [[counts('p50', 60, 900)], [counts('p99', 9, 19)]].map(
      (one) => addGuardCounts(NO_EVIDENCE, one, options).log,
    );
    expect(both.log).toBeCloseTo(Math.log((Math.exp(p50!) + Math.exp(p99!)) / 2), 12);
  });

  test('are those of the first window that has any: a name that comes later does not dilute or add', () => {
    const one = addGuardCounts(NO_EVIDENCE, [counts('p50', 60, 900)], options);
    expect(addGuardCounts(one, [counts('p99', 9, 19)], options).log).toBe(one.log);
  });

  test('count as harmed what stable’s own rate does not explain, and nobody for shadowed inputs', () => {
    const answered = addGuardCounts(NO_EVIDENCE, [counts('errors', 12, 38)], options);
    expect(excessUnits(answered)).toBe(10);
    const shadowed = {
      name: 'errors',
      strata: [{ candidate: 0, stable: 500, candidateFailures: 0, stableFailures: 0 }],
      inputs: 500,
      pairs: { candidateOnly: 9, stableOnly: 0, both: 1 },
      computed: { units: 500, bad: 10 },
    };
    const after = addGuardCounts(NO_EVIDENCE, [shadowed], options);
    expect(excessUnits(after)).toBe(0);
    expect(after.tests[0]!.computed).toEqual({ units: 500, bad: 10 });
  });
});

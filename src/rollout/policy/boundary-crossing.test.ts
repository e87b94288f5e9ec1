import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { certifiesRate } from '../evidence/certificate.ts';
import { chanceCrossedBy, crossingChances, walkCrossingChance } from './boundary-crossing.ts';

describe('the chance that a rate is certified by so many units', () => {
  test('is 1 from the clean units on that suffice, where nothing goes wrong', () => {
    expect(crossingChances({ share: 0, limit: 0.005, alpha: 0.05 }, { units: 0, bad: 0 })).toEqual([
      { units: 1438, chance: 1 },
    ]);
  });

  test.each([
    { share: 0.001, limit: 0.005 },
    { share: 0.01, limit: 0.015 },
    { share: 0.002, limit: 0.02 },
  ])('is that of runs drawn unit by unit: %o', (rates) => {
    const bound = { ...rates, alpha: 0.05 };
    const random = seededRandom(3);
    const runs = 400;
    const at = [0.3, 0.5, 0.8].map(
      (chance) => crossingChances(bound, { units: 0, bad: 0 }).find((one) => one.chance >= chance)!.units,
    );
    const certified = at.map(() => 0);
    for (let run = 0; run < runs; run++) {
      let [bad, isCertified] = [0, false];
      for (let units = 1; units <= at.at(-1)!; units++) {
        if (random.next() < rates.share) bad++;
        isCertified ||= certifiesRate(bad, units, rates.limit, bound.alpha);
        for (const [i, end] of at.entries()) if (units === end && isCertified) certified[i]!++;
      }
    }
    const passed = crossingChances(bound, { units: 0, bad: 0 });
    for (const [i, end] of at.entries())
      expect(Math.abs(certified[i]! / runs - chanceCrossedBy(passed, end))).toBeLessThan(0.09);
  });

  test('goes on from what was seen', () => {
    const bound = { share: 0, limit: 0.005, alpha: 0.05 };
    expect(crossingChances(bound, { units: 1000, bad: 0 })).toEqual([{ units: 438, chance: 1 }]);
    expect(crossingChances(bound, { units: 2000, bad: 0 })).toEqual([{ units: 0, chance: 1 }]);
    expect(crossingChances(bound, { units: 1000, bad: 3 })[0]!.units).toBeGreaterThan(438);
  });

  test('is none where the share is not below the limit', () => {
    expect(crossingChances({ share: 0.005, limit: 0.005, alpha: 0.05 }, { units: 0, bad: 0 })).toEqual([]);
  });

  test('is by expected counts where many go wrong', () => {
    const passed = crossingChances({ share: 0.2, limit: 0.21, alpha: 0.05 }, { units: 0, bad: 0 });
    const { units, chance } = passed.at(-1)!;
    expect(chance).toBe(1);
    expect(certifiesRate(0.2 * units, units, 0.21, 0.05)).toBe(true);
    expect(certifiesRate(0.2 * (units - 1), units - 1, 0.21, 0.05)).toBe(false);
  });
});

describe('the chance that a walk has passed its bound', () => {
  test('is that of walks drawn step by step', () => {
    const random = seededRandom(4);
    const [bound, drift, spread, runs] = [3, 0.02, 0.1, 2000];
    const at = [80, 120, 200];
    const passed = at.map(() => 0);
    for (let run = 0; run < runs; run++) {
      let [sum, top] = [0, 0];
      for (let step = 1; step <= at.at(-1)!; step++) {
        sum += drift + (random.next() < 0.5 ? spread : -spread);
        top = Math.max(top, sum);
        for (const [i, end] of at.entries()) if (step === end && top >= bound) passed[i]!++;
      }
    }
    for (const [i, end] of at.entries())
      expect(
        Math.abs(passed[i]! / runs - walkCrossingChance(bound, drift * end, spread ** 2 * end)),
      ).toBeLessThan(0.06);
  });

  test('is 1 at the bound, 0 without growth, and certain for steady walks', () => {
    expect([walkCrossingChance(0, 0, 0), walkCrossingChance(1, 0, 0)]).toEqual([1, 0]);
    expect([walkCrossingChance(1, 0.999, 1e-9), walkCrossingChance(1, 1, 1e-9)]).toEqual([0, 1]);
  });
});

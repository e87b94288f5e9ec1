import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUCKETS, canaryArm, explainUnit, unitBucket } from './canary-split.ts';

const weight = fc.integer({ min: 0, max: BUCKETS / 2 });
const bucket = fc.integer({ min: 0, max: BUCKETS - 1 });

test('armOf() never moves a unit out of the candidate or the control while the weight grows to one half', () => {
  fc.assert(
    fc.property(bucket, weight, weight, (b, w1, w2) => {
      const before = canaryArm(b, Math.min(w1, w2));
      return before === 'stable' || canaryArm(b, Math.max(w1, w2)) === before;
    }),
  );
});

test('armOf() gives the control exactly the size of the candidate up to one half', () => {
  for (const w of [0, 1, 500, 2500, 5000]) {
    const arms = Array.from({ length: BUCKETS }, (_, b) => canaryArm(b, w));
    expect(arms.filter((arm) => arm === 'candidate')).toHaveLength(w);
    expect(arms.filter((arm) => arm === 'control')).toHaveLength(w);
  }
});

test('armOf() shrinks the control from its inner edge beyond one half', () => {
  const at = (w: number) => Array.from({ length: BUCKETS }, (_, b) => canaryArm(b, w));
  expect(at(8000).filter((arm) => arm === 'control')).toHaveLength(2000);
  expect(at(BUCKETS)).not.toContain('control');
});

test('bucketOf() fills its buckets evenly: χ² over 100 groups of a million ids stays below the 1e-4 bound', () => {
  const counts = new Float64Array(100);
  for (let i = 0; i < 1_000_000; i++) counts[Math.floor(unitBucket(`unit-${i}`, 12345) / 100)]!++;
  const chi2 = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
  // scipy.stats.chi2.ppf(1 - 1e-4, 99) = 161.32
  expect(chi2).toBeLessThan(161.32);
});

test('explainUnit() names the weight at which the unit switches', () => {
  const found = explainUnit('card-7', { seed: 3, weight: 500 });
  expect(canaryArm(found.bucket, found.switchesAt)).toBe('candidate');
  expect(canaryArm(found.bucket, found.switchesAt - 1)).not.toBe('candidate');
});

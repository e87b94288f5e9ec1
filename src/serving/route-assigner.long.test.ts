import { expect, test } from 'vitest';
import { BUCKETS, unitBucket } from '../rollout/canary-split.ts';

/** Quantiles 1 − 1e-4 and 1e-4 of χ² with 9,999 degrees of freedom (Wilson and Hilferty 1931). */
const CHI2_HIGH = 10_533.5;
const CHI2_LOW = 9_481.6;

const ids: Readonly<Record<string, (k: number) => string>> = {
  numbers: String,
  names: (k) => `user-${k}@example.com`,
  uuids: (k) => `7f1c${k.toString(16).padStart(8, '0')}-0000-4000-8000-0000000000ab`,
};

test.each(Object.keys(ids))('a million %s fill 10,000 buckets evenly', (kind) => {
  for (const seed of [0, 1, 12345, 2 ** 32 - 1]) {
    const counts = new Float64Array(BUCKETS);
    for (let k = 0; k < 1_000_000; k++) counts[unitBucket(ids[kind]!(k), seed)]!++;
    const chi2 = counts.reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0);
    expect(chi2).toBeLessThan(CHI2_HIGH);
    expect(chi2).toBeGreaterThan(CHI2_LOW);
  }
});

test('who is in the candidate with one seed says nothing about another seed', () => {
  const units = 1_000_000;
  for (const [one, other] of [
    [1, 2],
    [0, 2 ** 31],
    [12345, 54321],
  ] as const) {
    let both = 0;
    for (let k = 0; k < units; k++)
      if (unitBucket(`unit-${k}`, one) < 500 && unitBucket(`unit-${k}`, other) < 500) both++;
    const share = 0.05 * 0.05;
    expect(Math.abs(both - units * share)).toBeLessThan(4 * Math.sqrt(units * share * (1 - share)));
  }
});

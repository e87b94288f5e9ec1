import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairedCertificate, pairedLog } from './paired.ts';

describe('pairs', () => {
  test('have the evidence of the mixture written out', () => {
    const shares = [0.55, 0.6, 0.7, 0.8, 0.9, 0.97];
    const mean = shares.reduce((sum, q) => sum + (2 * q) ** 7 * (2 * (1 - q)) ** 2, 0) / 6;
    expect(Math.exp(pairedLog({ candidateOnly: 7, stableOnly: 2, both: 5 }))).toBeCloseTo(mean, 9);
  });

  test('without harm multiply the evidence by 1 on average, and the certificate likewise at its odds', () => {
    const average = (n: number, q: number, log: (candidateOnly: number) => number): number => {
      let sum = 0;
      for (let k = 0, ways = 1; k <= n; ways *= (n - k) / (k + 1), k++)
        sum += ways * q ** k * (1 - q) ** (n - k) * Math.exp(log(k));
      return sum;
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), (n) => {
        const pairs = (k: number) => ({ candidateOnly: k, stableOnly: n - k, both: 0 });
        expect(average(n, 0.5, (k) => pairedLog(pairs(k)))).toBeCloseTo(1, 9);
        expect(average(n, 2 / 3, (k) => pairedLog(pairs(k), 2))).toBeCloseTo(1, 9);
        expect(average(n, 0.6, (k) => pairedLog(pairs(k), 2))).toBeLessThanOrEqual(1 + 1e-9);
        expect(average(n, 2 / 3, (k) => pairedCertificate(pairs(k), 2))).toBeCloseTo(1, 9);
      }),
    );
  });
});

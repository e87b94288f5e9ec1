import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { attributeLossChange, attributionSentence, type LossRows } from './loss-attribution.ts';

const FEATURES = [
  { name: 'os', bins: ['android', 'ios-4.1', 'ios-4.2'] },
  { name: 'country', bins: ['de', 'fr'] },
];

/** Rows of independent features; `rate` is the chance of a wrong answer by the bin of `os`. */
function draw(n: number, shares: readonly number[], rate: readonly number[], seed: number): LossRows {
  const random = seededRandom(seed);
  const os = Int32Array.from({ length: n }, () => {
    const u = random.next();
    return u < shares[0]! ? 0 : u < shares[0]! + shares[1]! ? 1 : 2;
  });
  const country = Int32Array.from({ length: n }, () => (random.next() < 0.7 ? 0 : 1));
  const loss = Float64Array.from(os, (bin) => (random.next() < rate[bin]! ? 1 : 0));
  return { bins: [os, country], loss, weight: new Float64Array(n).fill(1) };
}

describe('where accuracy was lost', () => {
  it('names the segment that became worse, its part and its traffic', () => {
    const reference = draw(50_000, [0.7, 0.21, 0.09], [0.1, 0.1, 0.1], 1);
    const current = draw(50_000, [0.7, 0.21, 0.09], [0.112, 0.112, 0.32], 2);
    const attribution = attributeLossChange(FEATURES, reference, current);
    expect(attribution.bins[0]).toMatchObject({ feature: 'os', bin: 'ios-4.2' });
    // 0.09 · 0.22 of 0.09 · 0.22 + 0.91 · 0.012.
    expect(attribution.bins[0]!.part).toBeCloseTo(0.0198 / 0.03072, 1);
    expect(attributionSentence(attribution)).toMatch(
      /^−\d\.\d points, [56]\d % from os=ios-4\.2, 9 % of traffic$/,
    );
    expect(Math.abs(attribution.mix.change)).toBeLessThan(0.003);
  });

  it('knows what other traffic alone explains, and of which feature it is', () => {
    const rate = [0.05, 0.1, 0.4];
    const reference = draw(50_000, [0.7, 0.25, 0.05], rate, 3);
    const current = draw(50_000, [0.5, 0.25, 0.25], rate, 4);
    const { change, mix } = attributeLossChange(FEATURES, reference, current);
    expect(change).toBeCloseTo(0.2 * 0.35, 1);
    expect(mix.change).toBeCloseTo(change, 2);
    expect(mix.features[0]!.feature).toBe('os');
    expect(mix.features[0]!.change / mix.change).toBeGreaterThan(0.95);
  });

  it('shares out the whole: parts of the bins of each feature, and of the mix, add up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 20, max: 300 }), (seed, n) => {
        const [a, b] = [
          draw(n, [0.3, 0.3, 0.4], [0.2, 0.5, 0.1], seed),
          draw(n, [0.5, 0.3, 0.2], [0.4, 0.1, 0.3], seed + 7),
        ];
        const { change, mix, bins } = attributeLossChange(FEATURES, a, b);
        for (const { name } of FEATURES) {
          const parts = bins
            .filter(({ feature }) => feature === name)
            .reduce((sum, bin) => sum + bin.change, 0);
          expect(parts).toBeCloseTo(change, 10);
        }
        expect(mix.features.reduce((sum, one) => sum + one.change, 0)).toBeCloseTo(mix.change, 10);
      }),
      { numRuns: 50 },
    );
  });
});

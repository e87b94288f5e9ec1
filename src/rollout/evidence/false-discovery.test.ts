import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { discoveries } from './false-discovery.ts';

describe('segments', () => {
  test('are reported as by the definition', () => {
    const values = fc.array(fc.double({ min: -3, max: 12, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, (logs) => {
        const found = discoveries(logs, 0.05);
        const sorted = [...logs].sort((a, b) => b - a).map(Math.exp);
        const most = sorted.findLastIndex((e, i) => e >= logs.length / (0.05 * (i + 1))) + 1;
        expect(found).toHaveLength(most);
        for (const i of found)
          expect(Math.exp(logs[i]!)).toBeGreaterThanOrEqual(sorted[most - 1]! * (1 - 1e-12));
      }),
    );
  });

  test('falsely reported are at most the wanted share of those reported, of 200 with 10 harmed', () => {
    // e-values of likelihood ratios N(2, 1) to N(0, 1) on five looks: mean 1 without harm.
    const random = seededRandom(9);
    const normal = (): number =>
      Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    let share = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const logs = Array.from({ length: 200 }, (_, i) => {
        let log = 0;
        for (let look = 0; look < 5; look++) log += 2 * (normal() + (i < 10 ? 2 : 0)) - 2;
        return log;
      });
      const found = discoveries(logs, 0.05);
      share += found.filter((i) => i >= 10).length / Math.max(1, found.length) / runs;
      expect(found.length).toBeGreaterThan(0);
    }
    expect(share).toBeLessThanOrEqual(0.05);
  });
});

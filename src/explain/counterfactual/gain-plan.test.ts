import { describe, expect, test } from 'vitest';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { CHANGE_COST } from './column-choices.ts';
import { cheapestGain, type GainItem } from './gain-plan.ts';

/** The least cost over all numbers of steps. */
function leastCost(items: readonly GainItem[], rate: number, need: number): number {
  let least = Number.POSITIVE_INFINITY;
  const from = (k: number, left: number, cost: number): void => {
    const item = items[k];
    if (item === undefined) {
      const rest = left <= 0 ? 0 : rate > 0 ? left / rate : Number.POSITIVE_INFINITY;
      least = Math.min(least, cost + rest);
      return;
    }
    for (let count = 0; count <= Math.min(item.most, Math.ceil(need / item.gain)); count++)
      from(k + 1, left - count * item.gain, cost + count * item.cost);
  };
  from(0, need, 0);
  return least;
}

const SEEDS = Array.from({ length: 100 }, (_, k) => k);

describe('the cheapest steps to a gain', () => {
  test.each(SEEDS)('are those of all numbers of steps (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const items = Array.from({ length: 1 + randomIndex(random, 4) }, (): GainItem => {
      const most = random.next() < 0.5 ? 1 : 1e9;
      return { gain: 0.3 + random.next(), cost: 0.3 + random.next(), most };
    });
    const rate = random.next() < 0.3 ? 0 : random.next();
    const need = 3 * random.next();
    const wanted = leastCost(items, rate, need);
    const plan = cheapestGain(items, rate, need);
    if (wanted === Number.POSITIVE_INFINITY) {
      expect(plan).toBeNull();
      return;
    }
    expect(plan?.isProved).toBe(true);
    expect(Math.abs(plan!.cost - wanted)).toBeLessThan(CHANGE_COST * (items.length + 1));
    const gained = plan!.steps.reduce((sum, count, k) => sum + count * items[k]!.gain, plan!.rest);
    expect(gained).toBeGreaterThanOrEqual(need - 1e-12);
  });

  test('are given up where they are too many to look at, and say so', () => {
    const items = Array.from({ length: 40 }, (_, k) => ({ gain: 1 + k / 1e9, cost: 1 + k / 1e9, most: 1e9 }));
    expect(cheapestGain(items, 0, 1000.5)?.isProved).toBe(false);
  });
});

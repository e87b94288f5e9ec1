import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { shapleyValues } from '../../statistics/shapley.ts';
import { allCoalitions } from './all-coalitions.ts';
import type { GamePlan } from './game-plan.ts';
import { kernelPlan } from './kernel.ts';
import { pathsPlan, permutationPlan } from './orders.ts';

/** A game whose answers are at random, and Shapley's values of it. */
function randomGame(players: number, seed: number) {
  const random = seededRandom(seed);
  const answers = Array.from({ length: 2 ** players }, () => random.next());
  const worths = ({ coalitions, worths: of }: GamePlan) => {
    const asked = coalitions.map(
      (coalition) =>
        answers[
          Array.from({ length: players }, (_, k) => Number(coalition(k)) << k).reduce((a, b) => a | b, 0)
        ]!,
    );
    return of(answers[0]!, answers.at(-1)!, asked);
  };
  const total = answers.at(-1)! - answers[0]!;
  return { worths, wanted: shapleyValues(answers, players), total };
}

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('the values of a game', () => {
  test.each(SIZES)('of %i players are those of all coalitions by the kernel that asks all', (players) => {
    const { worths, wanted } = randomGame(players, players);
    for (const plan of [allCoalitions(players), kernelPlan(players, 2 ** players - 2, 0)]) {
      expect(plan.isExact).toBe(true);
      const { values, standardErrors } = worths(plan);
      for (const [k, value] of wanted.entries()) expect(values[k]).toBeCloseTo(value, 10);
      expect(standardErrors).toEqual(new Float64Array(players));
    }
  });

  test.each([
    ['pairs of orders', (seed: number) => permutationPlan(7, 30, seed)],
    ['orders', (seed: number) => pathsPlan(7, 60, seed)],
    ['the kernel', (seed: number) => kernelPlan(7, 60, seed)],
  ])('by %s are as far from the true ones as their standard errors say, and add up', (_name, plan) => {
    const { worths, wanted, total } = randomGame(7, 3);
    let [squares, variance, count] = [0, 0, 0];
    for (let seed = 0; seed < 200; seed++) {
      const { values, standardErrors } = worths(plan(seed));
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(total, 10);
      for (const [k, value] of values.entries()) {
        squares += (value - wanted[k]!) ** 2;
        variance += standardErrors[k]! ** 2;
        count += 1;
      }
    }
    expect(squares / count).toBeGreaterThan(0);
    // A standard error that is wrong by a half would be found out.
    expect(Math.sqrt(squares / variance)).toBeGreaterThan(0.75);
    expect(Math.sqrt(squares / variance)).toBeLessThan(1.35);
  });

  test('by orders asks no more than it says, and the same seed asks the same', () => {
    for (const plan of [
      kernelPlan,
      (n: number, budget: number, seed: number) => permutationPlan(n, budget / 22, seed),
    ]) {
      const { coalitions } = plan(12, 220, 5);
      expect(coalitions.length).toBeLessThanOrEqual(220);
      const members = (seed: number) =>
        plan(12, 220, seed).coalitions.map((of) => Array.from({ length: 12 }, (_, k) => of(k)));
      expect(members(5)).toEqual(members(5));
      expect(members(5)).not.toEqual(members(6));
    }
  });

  test('by one draw have an error that nobody knows', () => {
    const { worths } = randomGame(4, 1);
    expect([...worths(permutationPlan(4, 1, 0)).standardErrors]).toEqual(
      Array.from({ length: 4 }, () => Number.NaN),
    );
  });
});

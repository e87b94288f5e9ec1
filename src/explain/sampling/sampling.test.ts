import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { shapleyValues } from '../../statistics/shapley.ts';
import { allCoalitions } from './all-coalitions.ts';
import { type GamePlan, isNear } from './game-plan.ts';
import { kernelPlan } from './kernel.ts';
import { pathsPlan, permutationPlan } from './orders.ts';
import { choosePlan } from './plan-choice.ts';

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
    ['pairs of orders', (seed: number) => permutationPlan(7, { most: 30 }, seed)],
    ['orders', (seed: number) => pathsPlan(7, { most: 60 }, seed)],
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
      (n: number, budget: number, seed: number) => permutationPlan(n, { most: budget / 22 }, seed),
    ]) {
      const { coalitions } = plan(12, 220, 5);
      expect(coalitions.length).toBeLessThanOrEqual(220);
      const members = (seed: number) =>
        plan(12, 220, seed).coalitions.map((of) => Array.from({ length: 12 }, (_, k) => of(k)));
      expect(members(5)).toEqual(members(5));
      expect(members(5)).not.toEqual(members(6));
    }
  });

  test.each([
    ['all coalitions where that is little work', 10, 512, {}, 'exact', 1022],
    ['as many orders as are as little, of more rows', 10, 1000, {}, 'permutation', 522],
    ['all coalitions where that is asked for', 10, 1000, { method: 'exact' }, 'exact', 1022],
    ['five pairs of orders at least', 30, 10_000, {}, 'permutation', 290],
    ['a hundred at most', 30, 10, {}, 'permutation', 5800],
    ['what a budget says', 30, 10, { budget: 120 }, 'permutation', 116],
  ] as const)('are planned by %s', (_title, columns, rows, choice, method, coalitions) => {
    const refuse = (reason: string) => {
      throw new Error(reason);
    };
    const plan = choosePlan(choice, { columns, rows, usualRows: 2 ** 19 }, refuse);
    expect([plan.method, plan.coalitions.length]).toEqual([method, coalitions]);
  });

  test('by the first orders, up to each look, are those of a plan of so many', () => {
    const { worths } = randomGame(7, 3);
    const whole = permutationPlan(7, { most: 40, first: 5 }, 1);
    expect(whole.looks).toEqual([60, 120, 240]);
    for (const look of whole.looks!) {
      const part = { ...whole, coalitions: whole.coalitions.slice(0, look) };
      expect(worths(part)).toEqual(worths(permutationPlan(7, { most: look / 12 }, 1)));
    }
  });

  test('are near enough at a standard error of a hundredth of the largest', () => {
    const of = (value: number, error: number) => ({
      values: Float64Array.of(value, 0),
      standardErrors: Float64Array.of(0, error),
    });
    expect([of(-1, 0.009), of(-1, 0.011), of(0, 0), of(1, Number.NaN)].map((game) => isNear([game]))).toEqual(
      [true, false, true, false],
    );
  });

  test('by one draw have an error that nobody knows', () => {
    const { worths } = randomGame(4, 1);
    expect([...worths(permutationPlan(4, { most: 1 }, 0)).standardErrors]).toEqual(
      Array.from({ length: 4 }, () => Number.NaN),
    );
  });
});

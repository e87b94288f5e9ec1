import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { randomTrees } from '../trees/testing/random-trees.ts';
import { SAME_COST, searchBoxes } from './box-search.ts';
import type { ForestProblem } from './forest-problem.ts';
import type { ScoreGoal } from './score-goal.ts';

/** Numbers around one of them, that rise or fall on their way to the trees. */
function randomNumbers(random: () => number, count: number): ForestProblem['columns'][number] {
  const numbers = Array.from({ length: count }, random);
  const own = numbers[0]!;
  const sorted = numbers.toSorted((a, b) => Math.abs(a - own) - Math.abs(b - own));
  const sign = random() < 0.5 ? 1 : -1;
  return {
    costs: Float64Array.from(sorted, (value) => Math.abs(value - own)),
    prepared: Float64Array.from(sorted, (value) => (sign > 0 ? value : 1 - value)),
    order: Int32Array.from([...sorted.keys()].sort((a, b) => sorted[a]! - sorted[b]!)),
  };
}

/** Columns of numbers as they are compared, or of categories that are two numbers each; a missing number among them. */
function randomProblem(seed: number): ForestProblem {
  const { next: random } = seededRandom(seed);
  const whole = (most: number): number => Math.floor(random() * most);
  const widths = Array.from({ length: 2 + whole(3) }, () => (random() < 0.3 ? 2 : 1));
  const scores = 1 + whole(3);
  const count = widths.reduce((sum, width) => sum + width, 0);
  const shape = { trees: 1 + whole(5), depth: 1 + whole(4), columns: count, scores };
  const columns = widths.map((width) => {
    const values = 1 + whole(width === 1 ? 40 : 6);
    if (width === 1 && random() < 0.5) return randomNumbers(random, values);
    const costs = Float64Array.from({ length: values }, (_, k) =>
      k === 0 ? 0 : random() < 0.2 ? 1 : random(),
    );
    const prepared = Float64Array.from({ length: values * width }, () =>
      random() < 0.1 ? Number.NaN : random(),
    );
    return { costs: costs.sort(), prepared, order: null };
  });
  const constraint = (): ScoreGoal[number] => ({
    weights: Float64Array.from({ length: scores }, () => random() * 2 - 1),
    least: random() * shape.trees * 0.5,
  });
  return {
    trees: randomTrees(random, shape),
    column: Int32Array.from(widths.flatMap((width, k) => Array.from({ length: width }, () => k))),
    place: Int32Array.from(widths.flatMap((width) => Array.from({ length: width }, (_, place) => place))),
    ...{ columns, base: Float64Array.from({ length: scores }, () => random() - 0.5) },
    goals: Array.from({ length: 1 + whole(2) }, () => Array.from({ length: 1 + whole(2) }, constraint)),
  };
}

/** Whether a row meets a goal, tree by tree as anybody would walk them. */
function meets({ trees, column, place, columns, base, goals }: ForestProblem, choices: Int32Array): boolean {
  const sums = base.slice();
  for (const [tree, root] of trees.roots.entries()) {
    let node = root;
    while (trees.left[node] !== -1) {
      const { prepared, costs } = columns[column[trees.column[node]!]!]!;
      const stride = prepared.length / costs.length;
      const x = prepared[choices[column[trees.column[node]!]!]! * stride + place[trees.column[node]!]!]!;
      const below = trees.split === 'le' ? x <= trees.threshold[node]! : x < trees.threshold[node]!;
      const isLeft = Number.isNaN(x) ? trees.missingLeft[node] === 1 : below;
      node = isLeft ? trees.left[node]! : trees.right[node]!;
    }
    for (let k = 0; k < trees.valueWidth; k++)
      sums[trees.target[tree]! + k]! += trees.values[node * trees.valueWidth + k]!;
  }
  return goals.some((goal) =>
    goal.every(({ weights, least }) => weights.reduce((sum, w, k) => sum + w * sums[k]!, 0) >= least),
  );
}

/** The least cost of all rows that meet a goal. */
function bruteForceCost(problem: ForestProblem): number {
  const choices = new Int32Array(problem.columns.length);
  let least = Number.POSITIVE_INFINITY;
  const from = (k: number, cost: number): void => {
    if (k === choices.length) {
      if (cost < least && meets(problem, choices)) least = cost;
      return;
    }
    for (const [value, added] of problem.columns[k]!.costs.entries()) {
      choices[k] = value;
      from(k + 1, cost + added);
    }
  };
  from(0, 0);
  return least;
}

const SEEDS = Array.from(
  { length: Number(process.env['SEEDS'] ?? 150) },
  (_, k) => Number(process.env['FROM'] ?? 0) + k,
);

describe('the search through boxes', () => {
  test.each(SEEDS)('finds the cheapest of all rows of random trees (seed %i)', (seed) => {
    const problem = randomProblem(seed);
    const found = searchBoxes(problem, (choices) => meets(problem, choices), [], 1e9);
    const wanted = bruteForceCost(problem);
    expect(found).not.toBeNull();
    expect(found!.lowerBound).toBe(found!.cost);
    if (wanted === Number.POSITIVE_INFINITY) {
      expect(found!.choices).toBeNull();
      expect(found!.lowerBound).toBe(Number.POSITIVE_INFINITY);
      return;
    }
    expect(Math.abs(found!.cost - wanted)).toBeLessThan(2 * SAME_COST);
    expect(meets(problem, found!.choices!)).toBe(true);
  });
});

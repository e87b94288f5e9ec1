import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { pathInteractions } from './interactions.ts';
import { pathDependent } from './path-dependent.ts';
import { pathGame, randomTrees } from './testing/random-trees.ts';

/** Interaction index of two players by its definition (Grabisch & Roubens, 1999), half of it, as shap splits it. */
function wantedPair(answers: readonly number[], players: number, i: number, j: number): number {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  let sum = 0;
  for (let known = 0; known < answers.length; known++) {
    if ((known >> i) & 1 || (known >> j) & 1) continue;
    const size = known.toString(2).replaceAll('0', '').length;
    const weight = (factorial(size) * factorial(players - size - 2)) / (2 * factorial(players - 1));
    const of = (with_: number) => answers[known | with_]!;
    sum += weight * (of((1 << i) | (1 << j)) - of(1 << i) - of(1 << j) + of(0));
  }
  return sum;
}

describe('path-dependent Shapley interaction values', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'equal brute force over all coalitions, seed %i',
    (seed) => {
      const random = seededRandom(100 + seed).next;
      const columns = 1 + Math.floor(random() * 8);
      const scores = 1 + Math.floor(random() * 3);
      const depth = 1 + Math.floor(random() * 8);
      const trees = randomTrees(random, { trees: 1 + (seed % 3), depth, columns, scores });
      const count = 1 + Math.floor(random() * columns);
      const players = { of: Int32Array.from({ length: columns }, () => Math.floor(random() * count)), count };
      const rows = 2;
      const x = Float64Array.from({ length: rows * columns }, () => (random() < 0.1 ? Number.NaN : random()));
      const found = pathInteractions(trees, players)!(x, rows);
      for (let row = 0; row < rows; row++) {
        const game = pathGame(trees, players, x.subarray(row * columns, (row + 1) * columns));
        const answers = Array.from({ length: 2 ** count }, (_, known) => game(known));
        for (let score = 0; score < scores; score++)
          for (let i = 0; i < count; i++)
            for (let j = 0; j < count; j++) {
              const wanted =
                i === j
                  ? 0
                  : wantedPair(
                      answers.map((all) => all[score]!),
                      count,
                      i,
                      j,
                    );
              expect(found[((row * scores + score) * count + i) * count + j]).toBeCloseTo(wanted, 12);
            }
      }
    },
  );

  test('of trees that add up to columns alone are 0', () => {
    const trees = randomTrees(seededRandom(1).next, { trees: 5, depth: 1, columns: 4, scores: 1 });
    const players = { of: Int32Array.of(0, 1, 2, 3), count: 4 };
    expect(pathInteractions(trees, players)!(Float64Array.of(0.1, 0.9, 0.5, 0.2), 1)).toEqual(
      new Float64Array(16),
    );
    expect(pathDependent(trees, players)).not.toBeNull();
  });
});

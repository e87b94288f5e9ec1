import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { pathDependent } from './path-dependent.ts';
import { bruteForce, pathGame, randomTrees } from './testing/random-trees.ts';

describe('path-dependent Shapley values', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'equal brute force over all coalitions, seed %i',
    (seed) => {
      const random = seededRandom(seed).next;
      const columns = 1 + Math.floor(random() * 9);
      const depth = 1 + Math.floor(random() * 9);
      const scores = 1 + Math.floor(random() * 3);
      const trees = randomTrees(random, { trees: 1 + (seed % 3), depth, columns, scores });
      const count = 1 + Math.floor(random() * columns);
      const players = { of: Int32Array.from({ length: columns }, () => Math.floor(random() * count)), count };
      const rows = 3;
      const x = Float64Array.from({ length: rows * columns }, () => (random() < 0.1 ? Number.NaN : random()));
      const { explain, expected } = pathDependent(trees, players)!;
      const found = explain(x, rows);
      for (let row = 0; row < rows; row++) {
        const game = pathGame(trees, players, x.subarray(row * columns, (row + 1) * columns));
        const wanted = bruteForce(count, scores, game);
        for (const [k, value] of wanted.entries())
          expect(found[row * scores * count + k]).toBeCloseTo(value, 12);
        for (const [score, value] of game(0).entries()) expect(expected[score]).toBeCloseTo(value, 12);
      }
    },
  );
});

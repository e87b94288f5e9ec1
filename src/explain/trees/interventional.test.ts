import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { interventional } from './interventional.ts';
import { bruteForce, pathGame, randomTrees } from './testing/random-trees.ts';

describe('interventional Shapley values', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'equal brute force over all coalitions, seed %i',
    (seed) => {
      const random = seededRandom(seed + 100).next;
      const columns = 1 + Math.floor(random() * 11);
      const depth = 1 + Math.floor(random() * 10);
      const scores = 1 + Math.floor(random() * 3);
      const trees = randomTrees(random, { trees: 1 + (seed % 3), depth, columns, scores });
      const count = 1 + Math.floor(random() * columns);
      const players = { of: Int32Array.from({ length: columns }, () => Math.floor(random() * count)), count };
      const cells = (rows: number) =>
        Float64Array.from({ length: rows * columns }, () => (random() < 0.1 ? Number.NaN : random()));
      const [x, background] = [cells(2), cells(5)];
      const { explain, expected } = interventional(trees, players, [
        background.subarray(0, 2 * columns),
        background.subarray(2 * columns),
      ])!;
      const found = explain(x, 2);
      for (let row = 0; row < 2; row++) {
        const game = (known: number): Float64Array => {
          const mean = new Float64Array(scores);
          for (let other = 0; other < 5; other++) {
            const mixed = players.of.map((player) => ((known >> player) & 1 ? row : -1 - other));
            const cell = Array.from(mixed, (from, k) =>
              from >= 0 ? x[from * columns + k]! : background[(-1 - from) * columns + k]!,
            );
            const answer = pathGame(trees, players, cell)(2 ** count - 1);
            for (let k = 0; k < scores; k++) mean[k]! += answer[k]! / 5;
          }
          return mean;
        };
        const wanted = bruteForce(count, scores, game);
        for (const [k, value] of wanted.entries())
          expect(found[row * scores * count + k]).toBeCloseTo(value, 12);
        for (const [score, value] of game(0).entries()) expect(expected[score]).toBeCloseTo(value, 12);
      }
    },
  );
});

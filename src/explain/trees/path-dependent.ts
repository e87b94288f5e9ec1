import { allocateCells } from '../../engine/native/block.ts';
import { type DecisionTrees, expectedScores, type Players } from './decision-trees.ts';
import { startShapley } from './kernel/machine.ts';
import { shapleyImage } from './kernel/path-image.ts';

/** Shapley values of rows. */
export interface ShapleyValues {
  /** Each score where no player is known. */
  readonly expected: Float64Array;
  /** `[rows, scores, players]`, of rows of prepared numbers. */
  explain(x: Float64Array, rows: number): Float64Array;
}

/**
 * Path-dependent Shapley values of trees (Lundberg et al., Nature Machine Intelligence 2, 2020), exact: a player that is not known
 * follows the training rows at each of its questions. Null where the trees take more memory than a kernel may have.
 */
export function pathDependent(trees: DecisionTrees, players: Players): ShapleyValues | null {
  const { plan, write } = shapleyImage(trees, players);
  const kernel = startShapley(plan.bytes);
  if (kernel === null) return null;
  const { memory, functions } = kernel;
  write(memory);
  const columns = players.of.length;
  const width = trees.scores * players.count;
  const pair = new Float64Array(memory, plan.x, 2 * columns);
  const values = new Float64Array(memory, plan.values, 2 * width);
  const explain = (x: Float64Array, rows: number): Float64Array => {
    const out = allocateCells(rows * width);
    for (let row = 0; row < rows; row += 2) {
      // The last of an odd number goes beside itself.
      const other = Math.min(row + 1, rows - 1);
      for (let column = 0; column < columns; column++) {
        pair[2 * column] = x[row * columns + column]!;
        pair[2 * column + 1] = x[other * columns + column]!;
      }
      values.fill(0);
      functions.explainPaths(plan.trees, plan.treesEnd, plan.x, plan.values, plan.stride);
      for (let k = 0; k < width; k++) {
        out[row * width + k] = values[2 * k]!;
        out[other * width + k] = values[2 * k + (other === row ? 0 : 1)]!;
      }
    }
    return out;
  };
  return { expected: expectedScores(trees), explain };
}

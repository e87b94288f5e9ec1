import { ownTrees } from '../../../model/extra-outputs.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { RowBlock } from '../block.ts';
import { prepareRawScores } from './scores.ts';

/**
 * The leaf of each tree that a row comes to, `[rows, trees]`, as the library numbers it. The trees are walked as for scores:
 * in an ensemble whose every tree has a score of its own, and whose leaves hold their numbers. It is made at the first call.
 */
export function prepareLeaves(
  step: TreeEnsembleStep,
  width: number,
  names: readonly string[],
): (input: RowBlock) => Tensor {
  let numbers: ReturnType<typeof prepareRawScores> | null = null;
  const roots = ownTrees(step);
  return (input) => {
    numbers ??= prepareRawScores(numbered(step, roots), width, names);
    const data = Int32Array.from(numbers(input, null));
    return { dtype: 'int32', shape: [input.rows, roots.length], data };
  };
}

function numbered(step: TreeEnsembleStep, roots: Int32Array): TreeEnsembleStep {
  const { linear: _, ...arena } = step.arena;
  const trees = roots.length;
  return {
    ...step,
    arena: {
      ...arena,
      roots,
      values: arena.threshold.map((number, node) => (arena.left[node] === -1 ? number : 0)),
      valueWidth: 1,
    },
    scores: trees,
    target: Int32Array.from(roots.keys()),
    base: { kind: 'constant', scores: new Float64Array(trees) },
    sums: 'float64',
    aggregate: 'sum',
  };
}

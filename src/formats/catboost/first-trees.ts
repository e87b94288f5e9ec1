import type { CatBoostStep } from '../../model/catboost.ts';
import { chosenIterations } from '../iterations.ts';

/** The model with its first `iterations` trees only (`ntree_end`), or all of them where nothing was chosen. Errors: ITERATIONS_UNFIT. */
export function firstTrees(step: CatBoostStep, iterations: number | null | undefined): CatBoostStep {
  const { trees, dimensions, leafValues, leafWeights } = step;
  const held = trees.kind === 'oblivious' ? trees.depths.length : trees.roots.length;
  const taken = chosenIterations(iterations, held);
  if (taken === null) return step;
  // Nodes and leaves that no root leads to are never asked.
  if (trees.kind === 'nodes') return { ...step, trees: { ...trees, roots: trees.roots.slice(0, taken) } };
  const depths = trees.depths.slice(0, taken);
  const questions = trees.questions.slice(
    0,
    depths.reduce((sum, depth) => sum + depth, 0),
  );
  const leaves = depths.reduce((sum, depth) => sum + 2 ** depth, 0);
  return {
    ...step,
    trees: { ...trees, depths, questions },
    leafValues: leafValues.slice(0, leaves * dimensions),
    ...(leafWeights === undefined ? {} : { leafWeights: leafWeights.slice(0, leaves) }),
  };
}

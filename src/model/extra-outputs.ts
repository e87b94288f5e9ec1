import type { OutputSpec } from './signature.ts';
import type { ModelStep, TreeEnsembleStep } from './step.ts';

/**
 * Outputs that are computed only where a request names them: the leaf of each tree that a row comes to. They are called as
 * the library calls what gives them, as margins are (docs/adr/0022-outputs-on-request.md).
 */
const LEAF_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:xgboost|lightgbm)\./, 'pred_leaf'],
  [/^catboost\./, 'calc_leaf_indexes'],
  [/\.(?:RandomForest|ExtraTrees|GradientBoosting|DecisionTree|ExtraTree)(?:Classifier|Regressor)$/, 'apply'],
];

/** The outputs on request of a model: none where its last step has no trees, or where its library has no such method. */
export function extraOutputsOf(root: ModelStep): readonly OutputSpec[] {
  const last = lastStep(root);
  const trees =
    last.kind === 'tree-ensemble'
      ? ownTrees(last).length
      : last.kind === 'catboost'
        ? last.trees.kind === 'oblivious'
          ? last.trees.depths.length
          : last.trees.roots.length
        : 0;
  const name = LEAF_NAMES.find(([pattern]) => pattern.test(last.origin.class))?.[1];
  if (name === undefined || trees === 0) return [];
  return [{ name, dtype: 'int32', shape: [-1, trees] }];
}

const lastStep = (step: ModelStep): ModelStep => {
  const last = step.kind === 'pipeline' ? step.steps.at(-1) : undefined;
  return last === undefined ? step : lastStep(last.step);
};

/** The trees that the file itself holds: readers add trees of one leaf, whose number is below 0, for what is no tree there. */
export const ownTrees = ({ arena: { roots, left, threshold } }: TreeEnsembleStep): Int32Array =>
  roots.filter((root) => left[root] !== -1 || (threshold[root] ?? 0) >= 0);

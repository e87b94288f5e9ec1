import type { ModelContent } from '../model/description.ts';
import type { ModelStep } from '../model/step.ts';
import { columnSources } from './column-sources.ts';
import { splitModel } from './split-model.ts';
import { explainedCatBoost } from './trees/catboost.ts';
import { type ExplainedEnsemble, explainedEnsemble } from './trees/ensemble.ts';

/**
 * Which of the `width` columns of a model its answers depend on, by what its file says: not those that no tree asks about, that no
 * coefficient takes, or that an encoder leaves out. All where the file does not say it. Another column is a dummy player, whose Shapley
 * value is 0 (Shapley, 1953). Pure. In ascending order.
 */
export function readColumns(content: ModelContent, width: number): readonly number[] {
  const all = Array.from({ length: width }, (_, k) => k);
  if (content.kind !== 'steps') return all;
  const { before, predictor } = splitModel(content.root);
  const sources = before === null ? all.map((k) => [k]) : columnSources(before, width);
  const asked = columnsAsked(predictor, sources.length);
  if (asked === null) return all;
  const read = new Set(asked.flatMap((column) => sources[column] ?? []));
  return all.filter((column) => read.has(column));
}

/** Which of `width` columns reach the answers of what predicts; null where that is not told. */
function columnsAsked(step: ModelStep, width: number): readonly number[] | null {
  switch (step.kind) {
    case 'dummy':
      return [];
    case 'linear-regressor':
    case 'linear-classifier':
      return columnsWeighed(step.coef);
    case 'linear-booster':
      return columnsWeighed(step.weights);
    case 'catboost':
      return columnsOfTrees(explainedCatBoost(step));
    case 'tree-ensemble':
      // Leaves that compute, and estimators that give the first scores, read columns of their own.
      if (step.arena.linear !== undefined || step.base.kind !== 'constant') return null;
      return columnsOfTrees(explainedEnsemble(step, width, []));
    default:
      return null;
  }
}

/** Columns with a coefficient other than 0 in any row. */
function columnsWeighed({ cols, data }: { readonly cols: number; readonly data: Float64Array }) {
  const columns = new Set<number>();
  for (const [k, weight] of data.entries()) if (weight !== 0) columns.add(k % cols);
  return [...columns];
}

function columnsOfTrees({ trees, sources, made = sources }: ExplainedEnsemble): readonly number[] {
  const asked = new Set<number>();
  for (const [node, left] of trees.left.entries()) if (left !== -1) asked.add(trees.column[node]!);
  return [...new Set([...asked].flatMap((number) => made[number] ?? []))];
}

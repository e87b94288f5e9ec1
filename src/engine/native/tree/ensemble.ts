import type { TreeEnsembleStep } from '../../../model/step.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator } from '../evaluator.ts';
import { prepareBase } from './base.ts';
import { prepareHead } from './head.ts';
import { prepareLeaves } from './leaves.ts';
import { prepareRawScores } from './scores.ts';

/** Single trees, forests and boosting: raw scores in scikit-learn's order of addition, then the head. */
export function prepareTreeEnsemble(given: TreeEnsembleStep, preparation: EvaluatorContext): StepEvaluator {
  const step = withWholeSizes(given);
  const width = (step.features ?? widestFeature(step) + 1) | 0;
  const base = prepareBase(step, preparation);
  const rawScores = prepareRawScores(step, width, preparation.names);
  const answer = prepareHead(step);
  const leaves = prepareLeaves(step, width, preparation.names);
  return {
    outputs: (input) => {
      checkWidth(input, width);
      return answer(rawScores(input, base === null ? null : base(input)), input.rows);
    },
    leaves: (input) => {
      checkWidth(input, width);
      return leaves(input);
    },
  };
}

/**
 * The step with its sizes as machine integers. A number read from a file may be held as a double, and every index
 * made from it would be computed in floating point: the walk takes a quarter longer.
 */
function withWholeSizes(step: TreeEnsembleStep): TreeEnsembleStep {
  const arena = { ...step.arena, valueWidth: step.arena.valueWidth | 0 };
  return { ...step, arena, scores: step.scores | 0 };
}

function widestFeature({ arena }: TreeEnsembleStep): number {
  let widest = 0;
  for (const feature of arena.feature) if (feature > widest) widest = feature;
  return widest;
}

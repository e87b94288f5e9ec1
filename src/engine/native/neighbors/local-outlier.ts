import type { LocalOutlierFactorStep } from '../../../model/local-outlier.ts';
import { checkNumbers, createScratch, toDense } from '../block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from '../evaluator.ts';
import { numpyRowSum } from '../links.ts';
import { prepareNearest } from './search.ts';
import { prepareTies } from './ties.ts';

/** What the library adds to a mean distance of 0. */
const LEAST = 1e-10;

/** The density around each row beside those of its nearest points. */
function prepareLocalOutlierFactor(step: LocalOutlierFactorStep, { names }: EvaluatorContext): StepEvaluator {
  const { search, k, reach, density, offset } = step;
  const nearest = prepareNearest(search, k);
  const ties = prepareTies(search, k);
  const terms = new Float64Array(k);
  const scratch = createScratch();
  const scoreOf = (data: Float64Array, at: number): number => {
    const { points, distances } = nearest(data, at);
    for (let i = 0; i < k; i++) terms[i] = Math.max(distances[i]!, reach[points[i]!]!);
    const own = 1 / (numpyRowSum(terms, 0, k) / k + LEAST);
    for (let i = 0; i < k; i++) terms[i] = density[points[i]!]! / own;
    return -(numpyRowSum(terms, 0, k) / k);
  };
  return {
    undecided: (input) => ties(toDense(input, names, scratch)),
    outputs: (input) => {
      checkWidth(input, search.points.cols);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const { rows, cols, data } = block;
      const scores = new Float64Array(rows);
      for (let row = 0; row < rows; row++) scores[row] = scoreOf(data, row * cols);
      const decisions = scores.map((score) => score - offset);
      const predict = BigInt64Array.from(decisions, (value) => (value < 0 ? -1n : 1n));
      return {
        predict: { dtype: 'int64', shape: [rows], data: predict },
        decision_function: { dtype: 'float64', shape: [rows], data: decisions },
        score_samples: { dtype: 'float64', shape: [rows], data: scores },
      };
    },
  };
}

export const LOCAL_OUTLIER_PREPARERS: StepPreparers<LocalOutlierFactorStep> = {
  'local-outlier-factor': prepareLocalOutlierFactor,
};

import { isList } from '../../model/output-parts.ts';
import type { IsolationForestStep } from '../../model/step.ts';
import { type EvaluatorContext, refuseStep, type StepEvaluator } from './evaluator.ts';

/** Scores from the depths that the trees add up to. */
export function prepareIsolationForest(
  { trees, scale, offset }: IsolationForestStep,
  { names, prepare }: EvaluatorContext,
): StepEvaluator {
  const outputs = prepare(trees, names).outputs ?? refuseStep(trees, 'predict', 'absent', 'depths');
  return {
    outputs: (input) => {
      const depths = outputs(input)['predict'];
      if (depths === undefined || isList(depths) || depths.dtype !== 'float64')
        return refuseStep(trees, 'predict', 'other than numbers', 'depths');
      const shape = [input.rows];
      const scores = depths.data.map((depth) => -(2 ** -(depth / scale)));
      const decision = scores.map((score) => score - offset);
      const predict = new BigInt64Array(decision.length).fill(1n);
      for (let row = 0; row < decision.length; row++) if (decision[row]! < 0) predict[row] = -1n;
      return {
        predict: { dtype: 'int64', shape, data: predict },
        decision_function: { dtype: 'float64', shape, data: decision },
        score_samples: { dtype: 'float64', shape, data: scores },
      };
    },
  };
}

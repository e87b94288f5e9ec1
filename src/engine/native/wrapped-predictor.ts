import { elementAt } from '../../core/element-at.ts';
import type { Outputs } from '../../model/batch.ts';
import type { SelectingPredictorStep, ThresholdStep, TransformedTargetStep } from '../../model/step.ts';
import { allocateCells, type RowBlock, toDense } from './block.ts';
import { prepareMembers } from './ensemble.ts';
import {
  type EvaluatorContext,
  refuseShape,
  refuseStep,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { tensorOf } from './tensor-of.ts';

/** The predictor answers once: its score is compared, and the rest is handed on. */
function prepareThreshold(step: ThresholdStep, { names, prepare }: EvaluatorContext): StepEvaluator {
  const { score, column, sign, threshold, places } = step;
  const { outputs: answer } = prepare(score.step, names);
  const take = prepareLabels(step.classes);
  if (answer === undefined) return refuseStep(score.step, 'predict', 'absent', 'a classifier');
  return {
    outputs: (input) => {
      const { predict: _, transform: __, ...rest } = answer(input) as Record<string, Outputs[string]>;
      const scores = rest[score.method];
      if (scores === undefined || !('dtype' in scores))
        return refuseStep(score.step, score.method, 'absent or a list', 'one matrix');
      const width = scores.shape[1] ?? 1;
      const indexes = Int32Array.from({ length: input.rows }, (_, row) =>
        sign * Number(scores.data[row * width + column]) >= threshold ? places[1] : places[0],
      );
      return { predict: take(indexes), ...rest };
    },
  };
}

/** Columns are selected as a column transformer does it, by a step of that kind. */
function prepareSelecting(step: SelectingPredictorStep, { names, prepare }: EvaluatorContext): StepEvaluator {
  const { columns, origin, features, featureNames } = step;
  const branch = { name: 'selected', columns, scalar: false, weight: null, step: null };
  const kind = 'column-transformer';
  const { transform: select } = prepare({ kind, origin, features, featureNames, branches: [branch] }, names);
  const inner = columns.map((column) => names[column] ?? `x${column}`);
  const { outputs: answer } = prepare(step.step, inner);
  if (answer === undefined || select === undefined)
    return refuseStep(step.step, 'predict', 'absent', 'a predictor');
  return {
    transform: select,
    outputs: (input) => {
      const selected = select(input);
      const { transform: _, ...rest } = answer(selected) as Record<string, Outputs[string]>;
      return { ...rest, transform: tensorOf(selected, inner) };
    },
  };
}

/** Numbers of the regressor through the inverse of what its target went through. */
function prepareTransformedTarget(step: TransformedTargetStep, context: EvaluatorContext): StepEvaluator {
  const answers = prepareMembers([step.regressor], context);
  const { transform: invert } = context.prepare(step.inverse, ['the target']);
  if (invert === undefined) return refuseStep(step.inverse, 'transform', 'absent', 'a transformer');
  return {
    outputs: (input) => {
      const { rows } = input;
      const block: RowBlock = { kind: 'dense', ...elementAt(answers(input), 0) };
      const { cols, data } = toDense(invert(block), [], allocateCells);
      if (step.flat && cols !== 1) refuseShape(step, 'transformer_', cols, 1);
      const shape = step.flat ? [rows] : [rows, cols];
      return { predict: { dtype: 'float64', shape, data: data.slice(0, rows * cols) } };
    },
  };
}

export const WRAPPED_PREDICTOR_PREPARERS: StepPreparers<
  ThresholdStep | SelectingPredictorStep | TransformedTargetStep
> = {
  threshold: prepareThreshold,
  'selecting-predictor': prepareSelecting,
  'transformed-target': prepareTransformedTarget,
};

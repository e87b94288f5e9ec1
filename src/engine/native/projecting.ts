import type { ProjectingPredictorStep } from '../../model/step.ts';
import { createScratch, toDense } from './block.ts';
import { type EvaluatorContext, refuseStep, type StepEvaluator, type StepPreparers } from './evaluator.ts';

/** The answers of the predictor, and the columns of the projection. */
function prepareProjecting(
  step: ProjectingPredictorStep,
  { names, prepare }: EvaluatorContext,
): StepEvaluator {
  const { outputs } = prepare(step.predictor, names);
  const { transform } = prepare(step.projection, names);
  if (outputs === undefined) refuseStep(step, 'predictor', step.predictor.kind, 'a predictor is');
  if (transform === undefined) refuseStep(step, 'projection', step.projection.kind, 'a transformer is');
  const scratch = createScratch();
  return {
    transform,
    outputs: (input) => {
      const answers = outputs(input);
      const { rows, cols, data } = toDense(transform(input), [], scratch);
      const own = data.slice(0, rows * cols);
      return { ...answers, transform: { dtype: 'float64', shape: [rows, cols], data: own } };
    },
  };
}

export const PROJECTING_PREPARERS: StepPreparers<ProjectingPredictorStep> = {
  'projecting-predictor': prepareProjecting,
};

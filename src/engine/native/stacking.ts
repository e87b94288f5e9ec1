import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { StackingStep } from '../../model/step.ts';
import { allocateCells, type RowBlock, toDense } from './block.ts';
import { type EvaluatorContext, refuseStep, type StepEvaluator } from './evaluator.ts';
import { prepareLabels } from './labels.ts';

const METHODS = ['predict', 'predict_proba', 'decision_function'] as const;

/** The final estimator over the predictions of the others. */
export function prepareStacking(step: StackingStep, { names, prepare }: EvaluatorContext): StepEvaluator {
  const { predictions, final, classes } = step;
  const transform =
    prepare(predictions, names).transform ?? refuseStep(predictions, 'transform', 'absent', 'predictions');
  const outputs =
    prepare(final, []).outputs ?? refuseStep(final, 'predict', 'absent', 'an estimator that predicts');
  const decode = classes === null ? null : prepareDecoding(step, prepareLabels(classes));
  return {
    transform,
    outputs: (input: RowBlock) => {
      const { cols, data } = toDense(transform(input), [], allocateCells);
      const answers = outputs({ kind: 'dense', rows: input.rows, cols, data });
      const given: Record<string, Outputs[string]> = {};
      for (const name of METHODS) {
        const output = answers[name];
        if (output !== undefined)
          given[name] = name === 'predict' && decode !== null ? decode(output) : output;
      }
      return { ...given, transform: { dtype: 'float64', shape: [input.rows, cols], data } };
    },
  };
}

/** Labels by the places that the final estimator names. */
function prepareDecoding(
  { final }: StackingStep,
  take: ReturnType<typeof prepareLabels>,
): (places: Outputs[string]) => Outputs[string] {
  return (places) => {
    if (isList(places) || places.dtype !== 'int64')
      return refuseStep(final, 'classes_', isList(places) ? 'a list' : places.dtype, 'encoded labels');
    return take(Int32Array.from(places.data, Number));
  };
}

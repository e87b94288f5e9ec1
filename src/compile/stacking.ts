import type { StackingStep } from '../model/step.ts';
import { bitExact, type CompiledOutput, type StepCompiler } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { labelOutput } from './labels.ts';

/** The final estimator over the predictions of the others; encoded labels become those of the stack. */
export const stacking: StepCompiler<StackingStep> = {
  emit(context, { predictions, final, classes }, input) {
    const { stream } = context.compile(predictions, input);
    if (stream === undefined)
      throw compileUnsupported(predictions, 'transform', 'missing', 'predictions are');
    const { predict, predict_proba, decision_function } = context.compile(final, stream).outputs ?? {};
    if (predict === undefined || !('value' in predict))
      throw compileUnsupported(final, 'predict', 'missing', 'an estimator that predicts is');
    const labels: CompiledOutput = classes === null ? predict : labelOutput(context, classes, predict.value);
    return {
      stream,
      outputs: {
        predict: labels,
        ...(predict_proba === undefined ? {} : { predict_proba }),
        ...(decision_function === undefined ? {} : { decision_function }),
      },
    };
  },
  certify: () => bitExact('hands predictions on; its exactness is that of its estimators'),
};

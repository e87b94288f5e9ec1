import { elementAt } from '../core/element-at.ts';
import type { SelectingPredictorStep, ThresholdStep, TransformedTargetStep } from '../model/step.ts';
import { bitExact, type CompiledOutput, type StepCompiler, type StepCompilers } from './compiler.ts';
import { memberValues } from './ensemble.ts';
import { compileUnsupported } from './failure.ts';
import { binaryIndex, labelOutput } from './labels.ts';
import { flat } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix, matrixOf, select } from './stream.ts';

const NOTE = 'its exactness is that of its predictor';

/** The score against its threshold; what else the classifier answers is its own. */
const threshold: StepCompiler<ThresholdStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { score, column, sign, places, classes } = step;
    const { outputs = {} } = context.compile(score.step, input);
    const scores = outputs[score.method];
    if (scores === undefined || !('value' in scores))
      throw compileUnsupported(score.step, score.method, 'absent or a list', 'one matrix is');
    const index = () => {
      const value = scores.value();
      const own =
        scores.shape.length === 0 ? value : g.add('Gather', [value, g.int64([column], [])], { axis: 1n });
      const signed = sign === 1 ? own : g.add('Neg', [own]);
      const reached = g.add('GreaterOrEqual', [signed, g.float64([step.threshold], [])]);
      return g.add('Gather', [g.int64(places, [2]), binaryIndex(context, reached)], { axis: 0n });
    };
    return { outputs: { ...outputs, predict: labelOutput(context, classes, index) } };
  },
  certify: () => bitExact(NOTE),
};

const selectingPredictor: StepCompiler<SelectingPredictorStep> = {
  emit(context, step, input) {
    if (step.refusesMissing) acceptedMatrix(context, input, step, 'finite');
    const stream = select(context, input, step.columns);
    const value = () => matrixOf(context, stream, step);
    const transform: CompiledOutput = { dtype: 'float64', shape: [step.columns.length], value };
    const { outputs } = context.compile(step.step, stream);
    return { stream, outputs: { ...outputs, transform } };
  },
  certify: () => bitExact(NOTE),
};

const transformedTarget: StepCompiler<TransformedTargetStep> = {
  emit(context, step, input) {
    const regressor = elementAt(memberValues(context, [step.regressor], input), 0);
    const { stream } = context.compile(step.inverse, matrix(regressor.value(), regressor.width));
    if (stream === undefined)
      throw compileUnsupported(step.inverse, 'transform', 'absent', 'a transformer is');
    const value = () => {
      const numbers = matrixOf(context, stream, step);
      return step.flat ? flat(context, numbers) : numbers;
    };
    const shape = step.flat ? [] : [regressor.width ?? 'targets'];
    return { outputs: { predict: { dtype: 'float64', shape, value } } };
  },
  certify: () => bitExact('its exactness is that of its regressor and of the inverse'),
};

export const WRAPPED_PREDICTOR_COMPILERS: StepCompilers<
  ThresholdStep | SelectingPredictorStep | TransformedTargetStep
> = {
  threshold,
  'selecting-predictor': selectingPredictor,
  'transformed-target': transformedTarget,
};

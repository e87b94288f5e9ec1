import { elementAt } from '../core/element-at.ts';
import type { QuadraticClassifierStep } from '../model/quadratic.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { argMax, labelOutput } from './labels.ts';
import { affine } from './linear.ts';
import { rowSumOf, scoreDifference, softmax } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { once } from './stream.ts';

/** `-½·d² + offset` of every class side by side, `[N, classes]`. */
function scoresOf(context: CompileContext, step: QuadraticClassifierStep, x: ValueName): ValueName {
  const { g } = context;
  const { means, covariance, offsets } = step;
  const classes = means.rows;
  const squared = Array.from({ length: classes }, (_, row) => {
    const own = (data: Float64Array): ValueName =>
      g.float64(data.subarray(row * means.cols, (row + 1) * means.cols), [1, means.cols]);
    const centred = g.add('Sub', [x, own(means.data)]);
    if (covariance.kind === 'diagonal')
      return rowSumOf(g, g.add('Div', [g.add('Mul', [centred, centred]), own(covariance.variances.data)]));
    const axes = elementAt(covariance.axes, row);
    const rotated = affine(context, centred, axes, new Float64Array(axes.rows));
    return rowSumOf(g, g.add('Mul', [rotated, rotated]));
  });
  const distances = squared.length === 1 ? elementAt(squared, 0) : g.add('Concat', squared, { axis: 1n });
  const halved = g.add('Mul', [distances, g.float64([-0.5], [])]);
  return g.add('Add', [halved, g.float64(offsets, [1, classes])]);
}

const quadraticClassifier: StepCompiler<QuadraticClassifierStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const { length } = step.classes.values;
    const scores = once(() => scoresOf(context, step, x));
    const decision = once(() => (length === 2 ? scoreDifference(context, scores()) : scores()));
    const value = (): ValueName => softmax(context, scores());
    return {
      outputs: {
        predict: labelOutput(context, step.classes, () => argMax(context, scores())),
        predict_proba: { dtype: 'float64', shape: [length], value },
        ...(step.decides
          ? {
              decision_function: { dtype: 'float64', shape: length === 2 ? [] : [length], value: decision },
            }
          : {}),
      },
    };
  },
  certify: () => withinTolerance('squared distances, whose terms are summed in any order'),
};

export const QUADRATIC_COMPILERS: StepCompilers<QuadraticClassifierStep> = {
  'quadratic-classifier': quadraticClassifier,
};

import type { LabelPropagationStep } from '../../model/label-propagation.ts';
import type { ValueName } from '../../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from '../compiler.ts';
import { argMax, labelOutput } from '../labels.ts';
import { rowSumOf } from '../links.ts';
import { acceptedMatrix } from '../refusal.ts';
import { once } from '../stream.ts';
import { rankPoints } from './distance.ts';
import { nearestPoints } from './nearest.ts';

/** Shares of the points, weighed, over their sum; a row of which no point weighs anything has NaN and the first class. */
const labelPropagation: StepCompiler<LabelPropagationStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const sums = once(() => sumsOf(context, step, x));
    const shares = once(() => g.add('Div', [sums(), rowSumOf(g, sums())]));
    const index = (): ValueName => {
      const known = g.add('Where', [g.add('IsNaN', [shares()]), g.float64([0], []), shares()]);
      return argMax(context, known);
    };
    return {
      outputs: {
        predict: labelOutput(context, step.classes, index),
        predict_proba: { dtype: 'float64', shape: [step.classes.values.length], value: shares },
      },
    };
  },
  certify: () => withinTolerance('weighed sums of shares; links add ≤ 4 ulp'),
};

/** Shares times weights, summed over the points: `[N, classes]`. */
function sumsOf({ g }: CompileContext, { kernel, shares }: LabelPropagationStep, x: ValueName): ValueName {
  const held = g.float64(shares.data, [shares.rows, shares.cols]);
  if (kernel.kind === 'rbf') {
    const metric = { kind: 'minkowski', p: 2, weights: null, squared: true } as const;
    const { values } = rankPoints(g, x, kernel.points, metric);
    const weights = g.add('Exp', [g.add('Mul', [values, g.float64([-kernel.gamma], [])])]);
    return g.add('MatMul', [weights, held]);
  }
  const { points } = nearestPoints(g, x, kernel.search, kernel.k);
  const own = g.add('Gather', [held, points], { axis: 0n });
  return g.add('ReduceSum', [own, g.int64([1], [1])], { keepdims: 0n });
}

export const LABEL_PROPAGATION_COMPILERS: StepCompilers<LabelPropagationStep> = {
  'label-propagation': labelPropagation,
};

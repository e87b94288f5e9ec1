import { elementAt } from '../core/element-at.ts';
import type { EllipticEnvelopeStep, GaussianMixtureStep } from '../model/gaussian.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { argMax } from './labels.ts';
import { flat, logSoftmax, rowMax, rowSumOf } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { joinColumnValues, once } from './stream.ts';

const PROMISE = withinTolerance('sums of squares of dot products; links add ≤ 4 ulp');

/** Scores of all components side by side; shares and density by logsumexp. */
const gaussianMixture: StepCompiler<GaussianMixtureStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { means, offsets } = step;
    const x = acceptedMatrix(context, input, step, 'finite');
    const scores = once(() => {
      const half = g.add('Mul', [squaresOf(context, x, step), g.float64([0.5], [])]);
      return g.add('Sub', [g.float64(offsets, [1, offsets.length]), half]);
    });
    const density = () => {
      const most = rowMax(g, scores());
      const sum = rowSumOf(g, g.add('Exp', [g.add('Sub', [scores(), most])]));
      return flat(context, g.add('Add', [g.add('Log', [sum]), most]));
    };
    return {
      outputs: {
        predict: { dtype: 'int64', shape: [], value: () => argMax(context, scores()) },
        predict_proba: {
          dtype: 'float64',
          shape: [means.rows],
          value: () => g.add('Exp', [logSoftmax(context, scores())]),
        },
        score_samples: { dtype: 'float64', shape: [], value: density },
      },
    };
  },
  certify: () => PROMISE,
};

/** ‖(x - meanₖ) · Lₖ‖², `[N, components]`. */
function squaresOf({ g }: CompileContext, x: ValueName, { means, factors }: GaussianMixtureStep): ValueName {
  const { rows, cols, data } = means;
  const columns = Array.from({ length: rows }, (_, k): ValueName => {
    const away = g.add('Sub', [x, g.float64(data.subarray(k * cols, (k + 1) * cols), [1, cols])]);
    const y =
      factors.kind === 'full'
        ? g.add('MatMul', [away, constant(g, elementAt(factors.matrices, k))])
        : g.add('Mul', [
            away,
            g.float64(factors.diagonals.data.subarray(k * cols, (k + 1) * cols), [1, cols]),
          ]);
    return rowSumOf(g, g.add('Mul', [y, y]));
  });
  return joinColumnValues(g, columns);
}

const constant = (g: CompileContext['g'], { rows, cols, data }: Matrix): ValueName =>
  g.float64(data, [rows, cols]);

/** -q, and on which side of the offset it is. */
const ellipticEnvelope: StepCompiler<EllipticEnvelopeStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const scores = once(() => {
      const away = g.add('Sub', [x, g.float64(step.centre, [1, step.centre.length])]);
      const squares = rowSumOf(g, g.add('Mul', [g.add('MatMul', [away, constant(g, step.precision)]), away]));
      return flat(context, g.add('Neg', [squares]));
    });
    const decisions = once(() => g.add('Sub', [scores(), g.float64([step.offset], [])]));
    const predict = (): ValueName => {
      const inside = g.add('GreaterOrEqual', [decisions(), g.float64([0], [])]);
      return g.add('Where', [inside, g.int64([1], []), g.int64([-1], [])]);
    };
    return {
      outputs: {
        predict: { dtype: 'int64', shape: [], value: predict },
        decision_function: { dtype: 'float64', shape: [], value: decisions },
        score_samples: { dtype: 'float64', shape: [], value: scores },
      },
    };
  },
  certify: () => PROMISE,
};

export const GAUSSIAN_COMPILERS: StepCompilers<GaussianMixtureStep | EllipticEnvelopeStep> = {
  'gaussian-mixture': gaussianMixture,
  'elliptic-envelope': ellipticEnvelope,
};

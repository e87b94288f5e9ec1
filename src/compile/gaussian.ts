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
    const { factors } = step;
    const apart =
      factors.kind === 'tied' ? once(() => tiedScores(context, x, step, factors.matrix, scores())) : scores;
    const density = () => {
      const highest = rowMax(g, scores());
      const most = g.add('Where', [g.add('IsInf', [highest]), g.float64([0], []), highest]);
      const sum = rowSumOf(g, g.add('Exp', [g.add('Sub', [scores(), most])]));
      return flat(context, g.add('Add', [g.add('Log', [sum]), most]));
    };
    return {
      outputs: {
        predict: { dtype: 'int64', shape: [], value: () => argMax(context, apart()) },
        predict_proba: {
          dtype: 'float64',
          shape: [means.rows],
          value: () => g.add('Exp', [logSoftmax(context, apart())]),
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
      factors.kind !== 'diagonal'
        ? g.add('MatMul', [
            away,
            constant(g, factors.kind === 'full' ? elementAt(factors.matrices, k) : factors.matrix),
          ])
        : g.add('Mul', [
            away,
            g.float64(factors.diagonals.data.subarray(k * cols, (k + 1) * cols), [1, cols]),
          ]);
    return rowSumOf(g, g.add('Mul', [y, y]));
  });
  return joinColumnValues(g, columns);
}

/**
 * Scores less what all have in common, linear in the row: (x - mean₀) · (L·Lᵀ·(meanₖ - mean₀)) + offsetₖ - ½ ‖(meanₖ - mean₀)·L‖²,
 * `[N, components]`.
 */
function tiedScores(
  { g }: CompileContext,
  x: ValueName,
  { means, offsets }: GaussianMixtureStep,
  factor: Matrix,
  scores: ValueName,
): ValueName {
  const first: Matrix = { rows: 1, cols: means.cols, data: means.data.subarray(0, means.cols) };
  const between = g.add('Sub', [constant(g, means), constant(g, first)]);
  const v = g.add('MatMul', [between, constant(g, factor)]);
  const weights = g.add('MatMul', [v, g.add('Transpose', [constant(g, factor)], { perm: [1n, 0n] })]);
  const half = g.add('Mul', [rowSumOf(g, g.add('Mul', [v, v])), g.float64([0.5], [])]);
  const intercepts = g.add('Sub', [
    g.float64(offsets, [1, offsets.length]),
    g.add('Transpose', [half], { perm: [1n, 0n] }),
  ]);
  const away = g.add('Sub', [x, constant(g, first)]);
  const turned = g.add('Transpose', [weights], { perm: [1n, 0n] });
  const apart = g.add('Add', [g.add('MatMul', [away, turned]), intercepts]);
  // Squares that overflow decide, as they do in the library.
  const isLost = g.add('Or', [g.add('IsInf', [scores]), g.add('IsNaN', [scores])]);
  return g.add('Where', [isLost, scores, apart]);
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

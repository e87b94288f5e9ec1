import type { LinearClassifierStep, LinearProbability, LinearRegressorStep } from '../model/linear.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from './compiler.ts';
import { argMax, binaryIndex, labelOutput } from './labels.ts';
import { clipValue, complement, flat, rowSumOf, sigmoid, softmax } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { once } from './stream.ts';

/** `x · weightsᵀ + bias`, weights `[targets, features]`: `[N, targets]`. */
export function affine({ g }: CompileContext, x: ValueName, weights: Matrix, bias: Float64Array): ValueName {
  const w = g.float64(weights.data, [weights.rows, weights.cols]);
  return g.add('Gemm', [x, w, g.float64(bias, [1, weights.rows])], { transB: 1n });
}

const linearRegressor: StepCompiler<LinearRegressorStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const scores = once(() => affine(context, x, step.coef, step.intercept));
    const predict: CompiledOutput = {
      dtype: 'float64',
      shape: step.flat ? [] : [step.coef.rows],
      value: () => (step.flat ? flat(context, scores()) : scores()),
    };
    return { outputs: { predict } };
  },
  certify: () => withinTolerance('a dot product, whose order BLAS and onnxruntime choose'),
};

const linearClassifier: StepCompiler<LinearClassifierStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const binary = step.coef.rows === 1;
    const scores = once(() => affine(context, x, step.coef, step.intercept));
    const decision = once(() => (binary ? flat(context, scores()) : scores()));
    const zero = () => context.g.float64([0], []);
    const index = () =>
      binary
        ? binaryIndex(context, context.g.add('Greater', [decision(), zero()]))
        : argMax(context, scores());
    const outputs: Record<string, CompiledOutput> = {
      predict: labelOutput(context, step.classes, index),
      decision_function: { dtype: 'float64', shape: binary ? [] : [step.coef.rows], value: decision },
    };
    if (step.probability !== null) {
      const link = LINKS[step.probability];
      outputs['predict_proba'] = {
        dtype: 'float64',
        shape: [step.classes.values.length],
        value: () => link(context, scores(), binary, step.classes.values.length),
      };
    }
    return { outputs };
  },
  certify: () =>
    withinTolerance('a dot product, whose order BLAS and onnxruntime choose; the link adds ≤ 4 ulp'),
};

type Link = (context: CompileContext, scores: ValueName, binary: boolean, classes: number) => ValueName;

/** Probabilities `[N, classes]` from scores `[N, 1]` (binary) or `[N, classes]`. */
const LINKS: Readonly<Record<Exclude<LinearProbability, null>, Link>> = {
  sigmoid: (context, scores) => complement(context, sigmoid(context, scores)),
  ovr: overRest,
  'ovr-uniform': overRestUniform,
  softmax: (context, scores, binary) => softmax(context, binary ? mirrored(context, scores) : scores),
  'modified-huber': modifiedHuber,
};

/** `[-d, d]`, the two class scores of a binary multinomial model. */
const mirrored = ({ g }: CompileContext, d: ValueName): ValueName =>
  g.add('Concat', [g.add('Neg', [d]), d], { axis: 1n });

/** One sigmoid a class, divided by the row's sum (LinearClassifierMixin._predict_proba_lr). */
function overRest(context: CompileContext, scores: ValueName, binary: boolean): ValueName {
  const { g } = context;
  const p = sigmoid(context, scores);
  return binary ? complement(context, p) : g.add('Div', [p, rowSumOf(g, p)]);
}

/** As `overRest`, but uniform where every sigmoid is 0. */
function overRestUniform(
  context: CompileContext,
  scores: ValueName,
  binary: boolean,
  classes: number,
): ValueName {
  const p = sigmoid(context, scores);
  return binary ? complement(context, p) : normalised(context, p, classes);
}

/** Rows divided by their sums; uniform where a sum is 0. */
export function normalised({ g }: CompileContext, p: ValueName, classes: number): ValueName {
  const sum = rowSumOf(g, p);
  const none = g.add('Equal', [sum, g.float64([0], [])]);
  const numerator = g.add('Where', [none, g.float64([1], []), p]);
  return g.add('Div', [numerator, g.add('Where', [none, g.float64([classes], []), sum])]);
}

/** `(clip(d, -1, 1) + 1) / 2`, normalised; uniform where every class is at 0 (SGDClassifier.predict_proba). */
function modifiedHuber(
  context: CompileContext,
  scores: ValueName,
  binary: boolean,
  classes: number,
): ValueName {
  const { g } = context;
  const one = g.float64([1], []);
  const p = g.add('Div', [g.add('Add', [clipValue(context, scores, -1, 1), one]), g.float64([2], [])]);
  return binary ? complement(context, p) : normalised(context, p, classes);
}

export const LINEAR_COMPILERS: StepCompilers<LinearRegressorStep | LinearClassifierStep> = {
  'linear-regressor': linearRegressor,
  'linear-classifier': linearClassifier,
};

import { elementAt } from '../core/element-at.ts';
import {
  ERRORS_OF_SIGMOID,
  type GaussianProcessClassifierStep,
  type LatentProcess,
} from '../model/gaussian-process.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { emitKernelOf, emitOwnKernel, kernelInput } from './kernel.ts';
import { binaryIndex, labelOutput } from './labels.ts';
import { complement, flat, rowSumOf } from './links.ts';
import { once } from './stream.ts';

type G = CompileContext['g'];

/** Cells of all inverted factors together. */
const MAX_CELLS = 2 ** 22;

const gaussianProcess: StepCompiler<GaussianProcessClassifierStep> = {
  emit(context, step, input) {
    const { g } = context;
    const cells = step.processes.reduce((sum, { points }) => sum + points.rows ** 2, 0);
    if (cells > MAX_CELLS) {
      const wanted = `up to ${MAX_CELLS} cells are (use the native engine: \`--runtime native\`)`;
      throw compileUnsupported(step, 'L_', `${cells} cells`, wanted);
    }
    const x = kernelInput(context, step, elementAt(step.processes, 0), input);
    const kernels = step.processes.map((one) => once(() => emitKernelOf(context, step, one, x)));
    const means = step.processes.map((one, k) =>
      once(() => weightedSum(g, elementAt(kernels, k)(), one.residual)),
    );
    const probabilities = step.processes.map((one, k) =>
      once(() => probabilityOf(context, one, x, elementAt(kernels, k)(), elementAt(means, k)())),
    );
    const joined = once(() =>
      g.add(
        'Concat',
        probabilities.map((value) => value()),
        { axis: 1n },
      ),
    );
    const isBinary = step.processes.length === 1;
    const index = (): ValueName =>
      isBinary
        ? binaryIndex(context, flat(context, g.add('Greater', [elementAt(means, 0)(), g.float64([0], [])])))
        : mostProbable(context, joined(), step.ties);
    const proba = (): ValueName =>
      isBinary ? complement(context, elementAt(probabilities, 0)()) : shared(g, joined());
    return {
      outputs: {
        predict: labelOutput(context, step.classes, index),
        predict_proba: { dtype: 'float64', shape: [step.classes.values.length], value: proba },
      },
    };
  },
  certify: () => withinTolerance('sums over all points of a kernel, and of error functions that cancel'),
};

const mostProbable = ({ g }: CompileContext, scores: ValueName, ties: 'first' | 'last'): ValueName =>
  g.add('ArgMax', [scores], { axis: 1n, keepdims: 0n, select_last_index: ties === 'last' ? 1n : 0n });

/** Rows divided by their sums, a sum of 0 by 1. */
function shared(g: G, x: ValueName): ValueName {
  const sum = rowSumOf(g, x);
  const none = g.add('Equal', [sum, g.float64([0], [])]);
  return g.add('Div', [x, g.add('Where', [none, g.float64([1], []), sum])]);
}

const weightedSum = (g: G, values: ValueName, weights: Float64Array): ValueName =>
  g.add('Gemm', [values, g.float64(weights, [weights.length, 1])]);

/** The sigmoid averaged over the normal distribution of one, `[N, 1]`. */
function probabilityOf(
  context: CompileContext,
  one: LatentProcess,
  x: ValueName,
  values: ValueName,
  mean: ValueName,
): ValueName {
  const { g } = context;
  const variance = varianceOf(context, one, x, values);
  const lambdas = ERRORS_OF_SIGMOID.map(({ lambda }) => lambda);
  const row = (numbers: readonly number[]): ValueName => g.float64(numbers, [1, numbers.length]);
  const widened = g.add('Mul', [variance, row(lambdas.map((lambda) => 2 * lambda * lambda))]);
  const scale = g.add('Sqrt', [g.add('Add', [widened, g.float64([1], [])])]);
  const errors = erf(g, g.add('Div', [g.add('Mul', [mean, row(lambdas)]), scale]), lambdas.length);
  const shares = ERRORS_OF_SIGMOID.map(({ share }) => share);
  const sum = weightedSum(
    g,
    errors,
    Float64Array.from(shares, (share) => share / 2),
  );
  const total = shares.reduce((all, share) => all + share, 0);
  const probability = g.add('Add', [sum, g.float64([0.5 * total], [])]);
  const isSpread = g.add('Greater', [variance, g.float64([0], [])]);
  return g.add('Where', [isSpread, probability, g.float64([Number.NaN], [])]);
}

/** k(x, x) - ‖L⁻¹ (√W ∘ k)‖², `[N, 1]`. */
function varianceOf(context: CompileContext, one: LatentProcess, x: ValueName, values: ValueName): ValueName {
  const { g } = context;
  const { factor, rootWeights } = one;
  const weighted = g.add('Mul', [values, g.float64(rootWeights, [1, rootWeights.length])]);
  const inverse = invertedLower(factor);
  const none = g.float64(new Float64Array(factor.rows), [1, factor.rows]);
  const solved = g.add('Gemm', [weighted, g.float64(inverse, [factor.rows, factor.cols]), none], {
    transB: 1n,
  });
  const own = emitOwnKernel(context, one, x);
  return g.add('Sub', [own, rowSumOf(g, g.add('Mul', [solved, solved]))]);
}

/** The inverse of a lower triangular matrix, column by column. */
function invertedLower({ rows: size, data }: Matrix): Float64Array {
  const out = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    out[column * size + column] = 1 / data[column * size + column]!;
    for (let i = column + 1; i < size; i++) {
      let sum = 0;
      for (let j = column; j < i; j++) sum -= data[i * size + j]! * out[j * size + column]!;
      out[i * size + column] = sum / data[i * size + i]!;
    }
  }
  return out;
}

/** Points of the quadrature, and where erf is 1 to the last bit. */
const POINTS = 48;
const ONE_FROM = 6;

/** The error function of `[N, width]`: 2/√π x ∫ e^(-(x t)²) dt over [0, 1] by Gauss and Legendre. onnxruntime's Erf has float32 alone. */
function erf(g: G, x: ValueName, width: number): ValueName {
  const { nodes, weights } = legendre(POINTS);
  const bounded = g.add('Max', [g.add('Min', [x, g.float64([ONE_FROM], [])]), g.float64([-ONE_FROM], [])]);
  const cells = g.add('Reshape', [bounded, g.int64([-1, width, 1], [3])]);
  const steps = g.add('Mul', [cells, g.float64(nodes, [1, 1, POINTS])]);
  const heights = g.add('Exp', [g.add('Neg', [g.add('Mul', [steps, steps])])]);
  const scaled = weights.map((weight) => (weight * 2) / Math.sqrt(Math.PI));
  const area = g.add('MatMul', [heights, g.float64(scaled, [POINTS, 1])]);
  const sums = g.add('Reshape', [area, g.int64([-1, width], [2])]);
  return g.add('Mul', [bounded, sums]);
}

/** Nodes and weights of Gauss-Legendre quadrature over [0, 1]: roots of the Legendre polynomial by Newton's method. */
function legendre(points: number): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const nodes = new Float64Array(points);
  const weights = new Float64Array(points);
  for (let k = 0; k < points; k++) {
    let z = Math.cos((Math.PI * (k + 0.75)) / (points + 0.5));
    let slope = 0;
    for (let round = 0; round < 8; round++) {
      let [value, before] = [1, 0];
      for (let n = 1; n <= points; n++)
        [value, before] = [((2 * n - 1) * z * value - (n - 1) * before) / n, value];
      slope = (points * (z * value - before)) / (z * z - 1);
      z -= value / slope;
    }
    nodes[k] = (1 - z) / 2;
    weights[k] = 1 / ((1 - z * z) * slope * slope);
  }
  return { nodes, weights };
}

export const GAUSSIAN_PROCESS_COMPILERS: StepCompilers<GaussianProcessClassifierStep> = {
  'gaussian-process-classifier': gaussianProcess,
};

import {
  type KernelMapStep,
  type KernelRegressorStep,
  type OneClassStep,
  pairCount,
  type SupportVectorClassifierStep,
  type SupportVectorStep,
} from '../model/support-vectors.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from './compiler.ts';
import { emitKernel } from './kernel.ts';
import { argMax, labelOutput } from './labels.ts';
import { affine } from './linear.ts';
import { flat } from './links.ts';
import { couplePairs, pairShares } from './pair-coupling.ts';
import { matrix, once } from './stream.ts';

type G = CompileContext['g'];

const certify = () =>
  withinTolerance('sums over all points of a kernel, whose order libsvm, BLAS and onnxruntime choose');

const kernelRegressor: StepCompiler<KernelRegressorStep> = {
  emit(context, step, input) {
    const values = emitKernel(context, step, input);
    const scores = once(() => affine(context, values, step.coef, step.intercept));
    const predict: CompiledOutput = {
      dtype: 'float64',
      shape: step.flat ? [] : [step.coef.rows],
      value: () => (step.flat ? flat(context, scores()) : scores()),
    };
    return { outputs: { predict } };
  },
  certify,
};

const kernelMap: StepCompiler<KernelMapStep> = {
  emit(context, step, input) {
    const values = emitKernel(context, step, input);
    return { stream: matrix(affine(context, values, step.weights, step.bias), step.weights.rows) };
  },
  certify,
};

/** The pairs i < j of classes, in libsvm's order. */
const pairsOf = (classes: number): readonly (readonly [number, number])[] =>
  Array.from({ length: classes }, (_, i) => i).flatMap((i) =>
    Array.from({ length: classes - i - 1 }, (_, k): [number, number] => [i, i + 1 + k]),
  );

/**
 * Decisions `[N, pairs]`: the points of each class once, by all of their coefficients, `[N, classes - 1]`; a pair adds
 * what the points of either class say against the other.
 */
function decisionsOf(
  context: CompileContext,
  step: SupportVectorClassifierStep,
  values: ValueName,
): ValueName {
  const { g } = context;
  const { coef, counts } = step;
  const others = coef.rows;
  const pairs = pairsOf(counts.length);
  const none = new Float64Array(others);
  let start = 0;
  const shares = counts.map((count) => {
    const bounds = [start, start + count].map((bound) => g.int64([bound], [1]));
    const own = g.add('Slice', [values, ...bounds, g.int64([1], [1])]);
    const share = affine(context, own, columnsFrom(coef, start, count), none);
    start += count;
    return share;
  });
  const all = g.add('Concat', shares, { axis: 1n });
  const take = (columns: readonly number[]): ValueName =>
    g.add('Gather', [all, g.int64(columns, [columns.length])], { axis: 1n });
  const first = take(pairs.map(([i, j]) => i * others + j - 1));
  const second = take(pairs.map(([i, j]) => j * others + i));
  return g.add('Add', [g.add('Add', [first, second]), g.float64(step.intercept, [1, pairs.length])]);
}

function columnsFrom({ rows, cols, data }: Matrix, start: number, count: number): Matrix {
  const out = new Float64Array(rows * count);
  for (let row = 0; row < rows; row++)
    out.set(data.subarray(row * cols + start, row * cols + start + count), row * count);
  return { rows, cols: count, data: out };
}

/** `[pairs, classes]`: `first` at the first class of a pair, `second` at the second. */
const incidence = (classes: number, first: number, second: number): Matrix => {
  const pairs = pairsOf(classes);
  const data = new Float64Array(pairs.length * classes);
  pairs.forEach(([i, j], pair) => {
    data[pair * classes + i] = first;
    data[pair * classes + j] = second;
  });
  return { rows: pairs.length, cols: classes, data };
};

/** As a Gemm: elsewhere a MatMul would take a scale that comes before it into a float32 attribute (MatMulScaleFusion). */
const times = (g: G, x: ValueName, { rows, cols, data }: Matrix): ValueName =>
  g.add('Gemm', [x, g.float64(data, [rows, cols])]);

/** Votes `[N, classes]` of pairs: for the first class where the condition holds, else for the second. */
function votesOf(g: G, condition: ValueName, classes: number): ValueName {
  const won = g.add('Where', [condition, g.float64([1], []), g.float64([0], [])]);
  const lost = g.add('Sub', [g.float64([1], []), won]);
  return g.add('Add', [times(g, won, incidence(classes, 1, 0)), times(g, lost, incidence(classes, 0, 1))]);
}

/** `_ovr_decision_function`. */
function overRest(g: G, decisions: ValueName, classes: number): ValueName {
  const zero = g.float64([0], []);
  const votes = votesOf(g, g.add('Not', [g.add('Less', [decisions, zero])]), classes);
  const sums = times(g, decisions, incidence(classes, 1, -1));
  const size = g.add('Add', [g.add('Abs', [sums]), g.float64([1], [])]);
  return g.add('Add', [votes, g.add('Div', [sums, g.add('Mul', [g.float64([3], []), size])])]);
}

const supportVectorClassifier: StepCompiler<SupportVectorClassifierStep> = {
  emit(context, step, input) {
    const { g } = context;
    const classes = step.counts.length;
    const values = emitKernel(context, step, input);
    const decisions = once(() => decisionsOf(context, step, values));
    const rest = once(() => overRest(g, decisions(), classes));
    const isOverRest = step.decision === 'ovr' && classes > 2;
    const best = (): ValueName =>
      argMax(
        context,
        step.breakTies && isOverRest
          ? rest()
          : votesOf(g, g.add('Greater', [decisions(), g.float64([0], [])]), classes),
      );
    const { platt } = step;
    const proba: CompiledOutput | null = platt && {
      dtype: 'float64',
      shape: [classes],
      value: () => couplePairs(g, pairShares(g, decisions(), platt.a, platt.b), classes),
    };
    const decision = (): ValueName => {
      if (classes === 2) return flat(context, g.add('Neg', [decisions()]));
      return isOverRest ? rest() : decisions();
    };
    return {
      outputs: {
        predict: labelOutput(context, step.classes, best),
        ...(proba === null ? {} : { predict_proba: proba }),
        decision_function: {
          dtype: 'float64',
          shape: classes === 2 ? [] : [isOverRest ? classes : pairCount(classes)],
          value: decision,
        },
      },
    };
  },
  certify,
};

const oneClass: StepCompiler<OneClassStep> = {
  emit(context, step, input) {
    const { g } = context;
    const values = emitKernel(context, step, input);
    const coef = { rows: 1, cols: step.coef.length, data: step.coef };
    const decision = once(() =>
      flat(context, affine(context, values, coef, Float64Array.of(step.intercept))),
    );
    const predict = (): ValueName => {
      const compare = step.zeroInside ? 'GreaterOrEqual' : 'Greater';
      const inside = g.add(compare, [decision(), g.float64([0], [])]);
      const sign = g.add('Where', [inside, g.int64([1], []), g.int64([-1], [])]);
      return step.zeroInside ? g.add('Cast', [sign], { to: 6n }) : sign;
    };
    return {
      outputs: {
        predict: { dtype: step.zeroInside ? 'int32' : 'int64', shape: [], value: predict },
        decision_function: { dtype: 'float64', shape: [], value: decision },
        score_samples: {
          dtype: 'float64',
          shape: [],
          value: () => g.add('Add', [decision(), g.float64([step.offset], [])]),
        },
      },
    };
  },
  certify,
};

export const SUPPORT_VECTOR_COMPILERS: StepCompilers<SupportVectorStep> = {
  'kernel-regressor': kernelRegressor,
  'kernel-map': kernelMap,
  'support-vector-classifier': supportVectorClassifier,
  'one-class': oneClass,
};

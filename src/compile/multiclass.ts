import { type ConstantPredictorStep, membersOfOneVsRest } from '../model/multiclass.ts';
import type { OneVsOneStep, OneVsRestStep, OutputCodeStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
  withinUlp,
} from './compiler.ts';
import { type MemberValue, memberValues } from './ensemble.ts';
import { argMax, binaryIndex, labelOutput } from './labels.ts';
import { complement, flat, rowSumOf } from './links.ts';
import { joinColumnValues, once, rowCountOf } from './stream.ts';

const constantPredictor: StepCompiler<ConstantPredictorStep> = {
  emit(context, { value }, input) {
    const { g } = context;
    const rows = once(() => rowCountOf(context, input));
    const one: CompiledOutput = {
      dtype: 'float64',
      shape: [],
      value: () => g.add('Expand', [g.float64([value], [1]), rows()]),
    };
    const pair = () => {
      const shape = g.add('Concat', [rows(), g.int64([2], [1])], { axis: 0n });
      return g.add('Expand', [g.float64([1 - value, value], [1, 2]), shape]);
    };
    return {
      outputs: {
        predict: one,
        predict_proba: { dtype: 'float64', shape: [2], value: pair },
        decision_function: one,
      },
    };
  },
  certify: () => bitExact('a constant'),
};

/** Columns `[N, members]`. */
const joined = ({ g }: CompileContext, members: readonly MemberValue[]): ValueName =>
  joinColumnValues(
    g,
    members.map(({ value }) => value()),
  );

const oneVsRest: StepCompiler<OneVsRestStep> = {
  emit(context, step, input) {
    const { classes, decisions, probabilities } = step;
    const count = step.scores.length;
    const members = memberValues(context, membersOfOneVsRest(step), input);
    const decided = count + (decisions?.length ?? 0);
    const columns = (from: number) => once(() => joined(context, members.slice(from, from + count)));
    const outputs: Record<string, CompiledOutput> = { predict: prediction(context, step, columns(0)) };
    if (probabilities !== null) {
      const value = () => oneVsRestProbabilities(context, step, columns(decided)());
      outputs['predict_proba'] = { dtype: 'float64', shape: [Math.max(2, classes.values.length)], value };
    }
    if (decisions !== null) {
      const scores = columns(count);
      const value = () => (count === 1 ? flat(context, scores()) : scores());
      outputs['decision_function'] = { dtype: 'float64', shape: count === 1 ? [] : [count], value };
    }
    return { outputs };
  },
  certify: () => withinUlp(4, 'sums and quotients of what the classifiers answer; its exactness is theirs'),
};

function prediction(context: CompileContext, step: OneVsRestStep, scores: () => ValueName): CompiledOutput {
  const { g } = context;
  const { classes, threshold, isMultilabel, ties } = step;
  const above = () => g.add('Greater', [scores(), g.float64([threshold], [])]);
  if (isMultilabel)
    return {
      dtype: 'int64',
      shape: [classes.values.length],
      value: () => g.add('Cast', [above()], { to: 7n }),
    };
  if (step.scores.length > 1)
    return labelOutput(context, classes, () => {
      const last = ties === 'last' ? 1n : 0n;
      return g.add('ArgMax', [scores()], { axis: 1n, keepdims: 0n, select_last_index: last });
    });
  const single = () => g.add('Mul', [binaryIndex(context, flat(context, above())), g.int64([0], [])]);
  return labelOutput(context, classes, () =>
    classes.values.length === 1 ? single() : binaryIndex(context, flat(context, above())),
  );
}

function oneVsRestProbabilities(
  context: CompileContext,
  { scores, isMultilabel, zeroSums }: OneVsRestStep,
  columns: ValueName,
): ValueName {
  const { g } = context;
  const p = scores.length === 1 ? complement(context, columns) : columns;
  if (isMultilabel) return p;
  const sum = rowSumOf(g, p);
  if (zeroSums === 'nan') return g.add('Div', [p, sum]);
  const isZero = g.add('Equal', [sum, g.float64([0], [])]);
  return g.add('Div', [p, g.add('Where', [isZero, g.float64([1], []), sum])]);
}

/** Votes and sums as products with -1, 0 and 1 in the columns of the classes of each pair. */
const oneVsOne: StepCompiler<OneVsOneStep> = {
  emit(context, step, input) {
    const { g } = context;
    const classes = step.classes.values.length;
    const pairs = step.votes.length;
    const members = memberValues(context, [...step.votes, ...step.confidences], input);
    const scores = once(() =>
      pairScores(
        context,
        joined(context, members.slice(0, pairs)),
        joined(context, members.slice(pairs)),
        classes,
      ),
    );
    const isPair = classes === 2;
    const decision = once(() =>
      isPair ? g.add('Gather', [scores(), g.int64([1], [])], { axis: 1n }) : scores(),
    );
    const index = () =>
      isPair
        ? binaryIndex(context, g.add('Greater', [decision(), g.float64([step.threshold], [])]))
        : argMax(context, scores());
    return {
      outputs: {
        predict: labelOutput(context, step.classes, index),
        decision_function: { dtype: 'float64', shape: isPair ? [] : [classes], value: decision },
      },
    };
  },
  certify: () => withinTolerance('sums of confidences, in another order'),
};

function pairScores(
  { g }: CompileContext,
  votes: ValueName,
  confidences: ValueName,
  classes: number,
): ValueName {
  const pairs = (classes * (classes - 1)) / 2;
  const [first, second] = [new Float64Array(pairs * classes), new Float64Array(pairs * classes)];
  for (let i = 0, pair = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++, pair++) {
      first[pair * classes + i] = 1;
      second[pair * classes + j] = 1;
    }
  const matrixOf = (data: Float64Array): ValueName => g.float64(data, [pairs, classes]);
  const named = (code: number): ValueName =>
    g.add('Cast', [g.add('Equal', [votes, g.float64([code], [])])], { to: 11n });
  const counts = g.add('Add', [
    g.add('MatMul', [named(0), matrixOf(first)]),
    g.add('MatMul', [named(1), matrixOf(second)]),
  ]);
  const signs = second.map((value, k) => value - first[k]!);
  const sums = g.add('MatMul', [confidences, matrixOf(signs)]);
  const scale = g.add('Mul', [g.add('Add', [g.add('Abs', [sums]), g.float64([1], [])]), g.float64([3], [])]);
  return g.add('Add', [counts, g.add('Div', [sums, scale])]);
}

/** The nearest code by ‖c‖² - 2 y·c. */
const outputCode: StepCompiler<OutputCodeStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { rows, cols, data } = step.codes;
    const members = memberValues(context, step.scores, input);
    const nearest = () => {
      const norms = Float64Array.from({ length: rows }, (_, row) =>
        data.subarray(row * cols, (row + 1) * cols).reduce((sum, digit) => sum + digit * digit, 0),
      );
      const inputs = [joined(context, members), g.float64(data, [rows, cols]), g.float64(norms, [1, rows])];
      const distances = g.add('Gemm', inputs, { transB: 1n, alpha: -2 });
      return g.add('ArgMin', [distances], { axis: 1n, keepdims: 0n, select_last_index: 0n });
    };
    return { outputs: { predict: labelOutput(context, step.classes, nearest) } };
  },
  certify: () => withinTolerance('distances, whose order of sums BLAS and onnxruntime choose'),
};

export const MULTICLASS_COMPILERS: StepCompilers<
  ConstantPredictorStep | OneVsRestStep | OneVsOneStep | OutputCodeStep
> = {
  'constant-predictor': constantPredictor,
  'one-vs-rest': oneVsRest,
  'one-vs-one': oneVsOne,
  'output-code': outputCode,
};

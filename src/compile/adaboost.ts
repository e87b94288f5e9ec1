import type { AdaBoostStep, WeightedMedianStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
  withinUlp,
} from './compiler.ts';
import { memberValues, sumOfMembers } from './ensemble.ts';
import { argMax, binaryIndex, labelOutput } from './labels.ts';
import { flat, rowSumOf, scoreDifference, softmax } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { joinColumnValues, once } from './stream.ts';

const FLOAT64 = 11n;

/** What member `index` adds to the scores, `[N, classes]`. */
function termOf(
  { g }: CompileContext,
  { terms, classes }: AdaBoostStep,
  answer: ValueName,
  index: number,
): ValueName {
  const count = classes.values.length;
  const scalar = (value: number): ValueName => g.float64([value], []);
  if (terms.kind === 'terms') return answer;
  if (terms.kind === 'votes') {
    const places = g.float64(
      Float64Array.from({ length: count }, (_, k) => k),
      [1, count],
    );
    const [hit, miss] = [terms.hits[index]!, terms.misses[index]!];
    return g.add('Where', [g.add('Equal', [answer, places]), scalar(hit), scalar(miss)]);
  }
  const log = g.add('Log', [g.add('Max', [answer, scalar(2 ** -52)])]);
  const mean = g.add('Div', [rowSumOf(g, log), scalar(count)]);
  return g.add('Mul', [g.add('Sub', [log, mean]), scalar(count - 1)]);
}

/** What softmax is taken of: `[-d, d] / 2`, or `d / (K - 1)`. */
function exponents({ g }: CompileContext, decision: ValueName, count: number): ValueName {
  if (count !== 2) return g.add('Div', [decision, g.float64([count - 1], [])]);
  const column = g.add('Reshape', [decision, g.int64([-1, 1], [2])]);
  return g.add('Mul', [column, g.float64([-0.5, 0.5], [1, 2])]);
}

const adaBoost: StepCompiler<AdaBoostStep> = {
  emit(context, step, input) {
    const { g } = context;
    if (step.refusesMissing) acceptedMatrix(context, input, step, 'finite');
    const count = step.classes.values.length;
    const values = memberValues(context, step.members, input);
    const scores = once(() => {
      const terms = values.map(({ value }, i) => termOf(context, step, value(), i));
      return g.add('Div', [sumOfMembers(context, terms, null), g.float64([step.divisor], [])]);
    });
    const decision = once(() => (count === 2 ? scoreDifference(context, scores()) : scores()));
    const places = () =>
      count === 2
        ? binaryIndex(context, g.add('Greater', [decision(), g.float64([0], [])]))
        : argMax(context, scores());
    return {
      outputs: {
        predict: labelOutput(context, step.classes, places),
        predict_proba: {
          dtype: 'float64',
          shape: [count],
          value: () => softmax(context, exponents(context, decision(), count)),
        },
        decision_function: { dtype: 'float64', shape: count === 2 ? [] : [count], value: decision },
      },
    };
  },
  certify: ({ terms }) =>
    terms.kind === 'logs'
      ? withinTolerance('sums of logarithms, of which each is within an ulp')
      : withinUlp(4, 'scores are sums in the order of the library; softmax adds ≤ 4 ulp'),
};

/** Sorts the columns of a row, adds their weights up and takes the first with half of them. */
const weightedMedian: StepCompiler<WeightedMedianStep> = {
  emit(context, step, input) {
    const { g } = context;
    if (step.refusesMissing) acceptedMatrix(context, input, step, 'finite');
    const values = memberValues(context, step.members, input);
    const { weights } = step;
    const value = () => {
      const numbers = joinColumnValues(
        g,
        values.map((member) => member.value()),
      );
      const [sorted, order] = g.addMany('TopK', [numbers, g.int64([weights.length], [1])], 2, {
        axis: 1n,
        largest: 0n,
        sorted: 1n,
      }) as [ValueName, ValueName];
      const sums = g.add('CumSum', [
        g.add('Gather', [g.float64(weights, [weights.length]), order], { axis: 0n }),
        g.int64([1], []),
      ]);
      const total = g.add('Gather', [sums, g.int64([weights.length - 1], [1])], { axis: 1n });
      const half = g.add('Mul', [total, g.float64([0.5], [])]);
      const reached = g.add('Cast', [g.add('GreaterOrEqual', [sums, half])], { to: FLOAT64 });
      const first = g.add('ArgMax', [reached], { axis: 1n, keepdims: 1n, select_last_index: 0n });
      return flat(context, g.add('GatherElements', [sorted, first], { axis: 1n }));
    };
    return { outputs: { predict: { dtype: 'float64', shape: [], value } } };
  },
  certify: () => bitExact('one of the answers of its members'),
};

export const ADABOOST_COMPILERS: StepCompilers<AdaBoostStep | WeightedMedianStep> = {
  adaboost: adaBoost,
  'weighted-median': weightedMedian,
};

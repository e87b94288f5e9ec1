import type { CategoricalNbStep, MultinomialNbStep } from '../model/naive-bayes.ts';
import type { LabelSet, Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  type CompileContext,
  type CompiledStep,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { argMax, labelOutput } from './labels.ts';
import { affine } from './linear.ts';
import { logSoftmax, rowMax } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { once } from './stream.ts';

/** `predict`: argmax of the joint log likelihood; `predict_proba`: exp(jll - logsumexp(jll)). */
function likelihoodOutputs(
  context: CompileContext,
  classes: LabelSet,
  likelihood: () => ValueName,
): CompiledStep {
  return {
    outputs: {
      predict: labelOutput(context, classes, () => argMax(context, likelihood())),
      predict_proba: {
        dtype: 'float64',
        shape: [classes.values.length],
        value: () => context.g.add('Exp', [logSoftmax(context, likelihood())]),
      },
    },
  };
}

const multinomialNb: StepCompiler<MultinomialNbStep> = {
  emit(context, step, input) {
    // A probability of 0 has an infinite logarithm: times a feature that is absent it is no number to a graph.
    if (!step.featureLogProb.data.every(Number.isFinite)) {
      const wanted = 'finite ones are (use the native engine: `--runtime native`)';
      throw compileUnsupported(step, 'feature_log_prob_', 'an infinite number', wanted);
    }
    const x = acceptedMatrix(context, input, step, 'finite');
    const likelihood = once(() =>
      affine(context, binarized(context, x, step.threshold), step.featureLogProb, step.classLogPrior),
    );
    return likelihoodOutputs(context, step.classes, likelihood);
  },
  certify: () =>
    withinTolerance('a dot product, whose order BLAS and onnxruntime choose; the link adds ≤ 4 ulp'),
};

function binarized({ g }: CompileContext, x: ValueName, threshold: number | undefined): ValueName {
  if (threshold === undefined) return x;
  return g.add('Cast', [g.add('Greater', [x, g.float64([threshold], [])])], { to: 11n });
}

/** Rows of all tables, stacked: a category is looked up at the place of its column's table plus itself. */
const categoricalNb: StepCompiler<CategoricalNbStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { tables, classLogPrior } = step;
    const x = acceptedMatrix(context, input, step, 'finite');
    const places = categoryPlaces(context, x, tables);
    const likelihood = once(() => {
      const [rows, classes] = [tables.reduce((sum, table) => sum + table.rows, 0), classLogPrior.length];
      const stacked = Float64Array.from(tables.flatMap(({ data }) => Array.from(data)));
      const looked = g.add('Gather', [g.float64(stacked, [rows, classes]), places], { axis: 0n });
      const sum = g.add('ReduceSum', [looked, g.int64([1], [1])], { keepdims: 0n });
      return g.add('Add', [sum, g.float64(classLogPrior, [1, classes])]);
    });
    return likelihoodOutputs(context, step.classes, likelihood);
  },
  certify: () => withinTolerance('a sum, whose order onnxruntime chooses; the link adds ≤ 4 ulp'),
};

/** Place of each cell's category in the stacked tables, int64 `[N, features]`; refuses cells that have none. */
function categoryPlaces({ g, refusals }: CompileContext, x: ValueName, tables: readonly Matrix[]): ValueName {
  const width = tables.length;
  const starts = tables.map((_, k) => tables.slice(0, k).reduce((sum, { rows }) => sum + rows, 0));
  const counts = Float64Array.from(tables, ({ rows }) => rows);
  const known = g.add('And', [
    g.add('Greater', [x, g.float64([-1], [])]),
    g.add('Less', [x, g.float64(counts, [1, width])]),
  ]);
  const unknown = g.add('Cast', [g.add('Not', [known])], { to: 11n });
  refusals.where(g.add('Greater', [rowMax(g, unknown), g.float64([0], [])]));
  const category = g.add('Cast', [g.add('Where', [known, x, g.float64([0], [])])], { to: 7n });
  return g.add('Add', [category, g.int64(starts, [1, width])]);
}

export const NAIVE_BAYES_COMPILERS: StepCompilers<MultinomialNbStep | CategoricalNbStep> = {
  'multinomial-nb': multinomialNb,
  'categorical-nb': categoricalNb,
};

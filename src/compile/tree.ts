import { elementAt } from '../core/element-at.ts';
import type { ModelStep, TreeEnsembleStep } from '../model/step.ts';
import type { LabelSet } from '../model/tensor.ts';
import type { TreeHead } from '../model/tree.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  withinTolerance,
  withinUlp,
} from './compiler.ts';
import { compileUnsupported, invalidDescription } from './failure.ts';
import { argMax, binaryIndex, labelOutput, labelsAt } from './labels.ts';
import { complement, flat, logSoftmax, sigmoid, softmax } from './links.ts';
import { withoutMarked } from './missing-number.ts';
import type { StepCertification } from './plan.ts';
import { matrixOf, once, type StepStream, select, streamWidthOf } from './stream.ts';
import type { ComparedInput } from './tree-base.ts';
import { boosterOutputs, certifyBooster } from './tree-booster.ts';
import { rawScores } from './tree-scores.ts';

type Head<K extends TreeHead['kind']> = Extract<TreeHead, { kind: K }>;
type Outputs = Record<string, CompiledOutput | readonly CompiledOutput[]>;

/** `to` of Cast. */
const PRECISIONS = { float32: 1n, float64: 11n } as const;

/** `x` as the trees compare it: rounded to float32 first, unless they compare float64. */
function comparedInput(context: CompileContext, step: TreeEnsembleStep, input: StepStream): ComparedInput {
  const { g } = context;
  const width = streamWidthOf(input) ?? step.features;
  if (width === null) throw invalidDescription(step, 'n_features_in_', 'missing', 'the number of columns');
  const x = matrixOf(context, known(context, input, width), step);
  const cast = step.input === 'float64' ? x : g.add('Cast', [x], { to: 1n });
  const rounded =
    step.missingNumber === undefined ? cast : withoutMarked(context, step.input, cast, step.missingNumber);
  // The operator compares in the precision in which it adds.
  const value = step.input === step.sums ? rounded : g.add('Cast', [rounded], { to: PRECISIONS[step.sums] });
  if (step.input === 'float32' || !step.acceptsMissing) {
    const numbers = step.sums === 'float64' ? value : g.add('Cast', [rounded], { to: PRECISIONS.float64 });
    context.refusals.numbers(numbers, step.acceptsMissing ? 'missing' : 'finite');
  }
  return { value, width };
}

/**
 * A matrix of unknown width as one of `width` columns: picking them fails on a narrower one, where the operator would
 * read past the end of its rows.
 */
const known = (context: CompileContext, input: StepStream, width: number): StepStream =>
  streamWidthOf(input) === null
    ? select(
        context,
        input,
        Array.from({ length: width }, (_, index) => index),
      )
    : input;

/** Raw scores as scikit-learn has them, in float64. */
function doubleScores(
  context: CompileContext,
  step: TreeEnsembleStep,
  x: ComparedInput,
  columns: readonly number[],
): ValueName {
  const scores = rawScores(context, step, x, columns);
  return step.sums === 'float64' ? scores : context.g.add('Cast', [scores], { to: PRECISIONS.float64 });
}

const columnsOf = ({ g }: CompileContext, scores: ValueName, from: number, count: number): ValueName =>
  g.add('Slice', [scores, g.int64([from], [1]), g.int64([from + count], [1]), g.int64([1], [1])]);

function regression(
  context: CompileContext,
  step: TreeEnsembleStep,
  head: Head<'regression'>,
  x: ComparedInput,
): Outputs {
  const all = Array.from({ length: step.scores }, (_, index) => index);
  const value = () => {
    const raw = doubleScores(context, step, x, all);
    const linked = head.link === 'exp' ? context.g.add('Exp', [raw]) : raw;
    return head.flat ? flat(context, linked) : linked;
  };
  return { predict: { dtype: 'float64', shape: head.flat ? [] : [step.scores], value } };
}

/** Forests: one group of class fractions an output. Padding columns of narrower groups are never computed. */
function vote(
  context: CompileContext,
  step: TreeEnsembleStep,
  head: Head<'vote'>,
  x: ComparedInput,
): Outputs {
  const sizes = head.groups.map((labels) => labels.values.length);
  const columns = sizes.flatMap((size, group) =>
    Array.from({ length: size }, (_, i) => group * head.stride + i),
  );
  const raw = once(() => doubleScores(context, step, x, columns));
  const single = sizes.length === 1;
  const groups = sizes.map((size, group) => {
    const from = sizes.slice(0, group).reduce((sum, width) => sum + width, 0);
    const value = once(() => (single ? raw() : columnsOf(context, raw(), from, size)));
    return { dtype: 'float64', shape: [size], value } as const;
  });
  const index = (group: number) => argMax(context, elementAt(groups, group).value());
  if (single) {
    return {
      predict: labelOutput(context, elementAt(head.groups, 0), () => index(0)),
      predict_proba: elementAt(groups, 0),
    };
  }
  return { predict: labelMatrix(context, step, head.groups, index), predict_proba: groups };
}

/** Labels of several outputs side by side, `[N, groups]`. */
function labelMatrix(
  context: CompileContext,
  step: ModelStep,
  groups: readonly LabelSet[],
  index: (group: number) => ValueName,
): CompiledOutput {
  const { g } = context;
  const [first, ...others] = groups;
  if (first === undefined || others.some(({ type }) => type !== first.type)) {
    throw compileUnsupported(step, 'classes_', 'of several types', 'one type of labels is');
  }
  const { dtype } = labelOutput(context, first, () => index(0));
  const value = () => {
    const columns = groups.map((labels, group) =>
      g.add('Reshape', [labelsAt(context, labels, index(group)), g.int64([-1, 1], [2])]),
    );
    return g.add('Concat', columns, { axis: 1n });
  };
  return { dtype, shape: [groups.length], value };
}

function boosted(
  context: CompileContext,
  step: TreeEnsembleStep,
  head: Head<'boosted'>,
  x: ComparedInput,
): Outputs {
  const { g } = context;
  const binary = head.link === 'sigmoid';
  const isPositive = head.positiveAtZero ? 'GreaterOrEqual' : 'Greater';
  const all = Array.from({ length: step.scores }, (_, index) => index);
  const raw = once(() => doubleScores(context, step, x, all));
  const decision = once(() => (binary ? flat(context, raw()) : raw()));
  const index = () =>
    binary
      ? binaryIndex(context, g.add(isPositive, [decision(), g.float64([0], [])]))
      : argMax(context, raw());
  return {
    predict: labelOutput(context, head.classes, index),
    predict_proba: {
      dtype: 'float64',
      shape: [head.classes.values.length],
      value: () => probabilities(context, head, raw()),
    },
    decision_function: { dtype: 'float64', shape: binary ? [] : [step.scores], value: decision },
  };
}

const isViaLog = ({ link }: Head<'boosted'>): boolean => link === 'logsumexp';

function probabilities(context: CompileContext, head: Head<'boosted'>, raw: ValueName): ValueName {
  const { g } = context;
  const { link, factor } = head;
  if (link !== 'sigmoid') {
    return isViaLog(head) ? g.add('Exp', [logSoftmax(context, raw)]) : softmax(context, raw);
  }
  const scaled = factor === 1 ? raw : g.add('Mul', [raw, g.float64([factor], [])]);
  return complement(context, sigmoid(context, scaled));
}

function outputsOf(context: CompileContext, step: TreeEnsembleStep, x: ComparedInput): Outputs {
  switch (step.head.kind) {
    case 'regression':
      return regression(context, step, step.head, x);
    case 'vote':
      return vote(context, step, step.head, x);
    case 'boosted':
      return boosted(context, step, step.head, x);
    case 'booster': {
      const all = Array.from({ length: step.scores }, (_, index) => index);
      const margins = once(() => rawScores(context, step, x, all));
      return boosterOutputs(context, step, step.head, margins);
    }
  }
}

export const treeEnsembleStep: StepCompiler<TreeEnsembleStep> = {
  emit(context, step, input) {
    return { outputs: outputsOf(context, step, comparedInput(context, step, input)) };
  },
  certify: certification,
};

function certification({ head, base }: TreeEnsembleStep): StepCertification {
  const sums = 'comparisons and sums in the order of the library (one intra-op thread)';
  if (base.kind === 'estimator' && base.link !== 'identity') {
    return withinTolerance(`the init estimator's link takes a log that differs by ≤ 1 ulp; then ${sums}`);
  }
  if (head.kind === 'regression') {
    return head.link === 'exp' ? withinUlp(2, `raw scores are bit-exact: ${sums}`) : bitExact(sums);
  }
  if (head.kind === 'vote') return bitExact(sums);
  if (head.kind === 'booster') return certifyBooster(head, sums);
  if (isViaLog(head)) {
    return withinTolerance(
      `raw scores are bit-exact: ${sums}; an ulp of logsumexp is |logsumexp| ulps of the answer`,
    );
  }
  return withinUlp(4, `raw scores are bit-exact: ${sums}; 1 - σ is within 4·2⁻⁵³, as the library's own`);
}

import { elementAt } from '../../core/element-at.ts';
import type { NeighborTask, NoNeighbor, OutlierLabel } from '../../model/neighbors.ts';
import { type LabelSet, labelDType, type Matrix } from '../../model/tensor.ts';
import type { ValueName } from '../../onnx/graph.ts';
import type { CompileContext, CompiledOutput } from '../compiler.ts';
import { argMax, labelsAt } from '../labels.ts';
import { flat, rowSumOf } from '../links.ts';
import { once } from '../stream.ts';

/** Sums over the neighbours of each row, each emitted where it is asked for. */
export interface NeighborSums {
  /** Weights by class, `[N, classes]`. */
  byClass(codes: Int32Array, classes: number): ValueName;
  /** Weight times target, `[N, targets]`. */
  ofTargets(values: Matrix): ValueName;
  /** Weights, `[N, 1]`. */
  ofWeights(): ValueName;
}

/** Rows `[N, 1]` that have no neighbour, and what they get. */
interface Alone {
  readonly rows: ValueName;
  readonly none: NoNeighbor;
}

type Answers = Record<string, CompiledOutput | CompiledOutput[]>;

/** Outputs of an estimator, from the neighbours of each row. */
export function neighborAnswers(
  context: CompileContext,
  task: NeighborTask,
  sums: NeighborSums,
  alone: Alone | null = null,
): Answers {
  return task.kind === 'classification'
    ? votesOf(context, task.targets, sums, alone)
    : { predict: meanOf(context, task, sums, alone) };
}

function votesOf(
  context: CompileContext,
  targets: Extract<NeighborTask, { kind: 'classification' }>['targets'],
  sums: NeighborSums,
  alone: Alone | null,
): Answers {
  const { g } = context;
  const voters = targets.map(({ classes, codes }, t) => {
    const outlier = alone?.none.kind === 'labels' ? elementAt(alone.none.targets, t) : null;
    const votes = () => sums.byClass(codes, classes.values.length);
    return alone === null || outlier === null
      ? voter(context, classes, votes)
      : outlierVoter(context, classes, votes, alone.rows, outlier);
  });
  const probabilities = targets.map(({ classes }, t): CompiledOutput => {
    const own = elementAt(voters, t).votes;
    return { dtype: 'float64', shape: [classes.values.length], value: () => shares(context, own()) };
  });
  const single = targets.length === 1;
  const labels = () =>
    voters.map(({ label }) => (single ? label() : g.add('Reshape', [label(), g.int64([-1, 1], [2])])));
  const predict: CompiledOutput = {
    dtype: labelDType(elementAt(targets, 0).classes),
    shape: single ? [] : [targets.length],
    value: () => (single ? elementAt(labels(), 0) : g.add('Concat', labels(), { axis: 1n })),
  };
  return { predict, predict_proba: single ? elementAt(probabilities, 0) : probabilities };
}

/** How one output votes: weights by class `[N, classes]`, and the label `[N]`. */
interface Voter {
  votes(): ValueName;
  label(): ValueName;
}

function voter(context: CompileContext, classes: LabelSet, emit: () => ValueName): Voter {
  const votes = once(emit);
  return { votes, label: () => labelsAt(context, classes, argMax(context, votes())) };
}

/** As `voter`; rows without neighbours vote for the label of outliers alone, or for no class where it is none. */
function outlierVoter(
  context: CompileContext,
  classes: LabelSet,
  emit: () => ValueName,
  alone: ValueName,
  { labels, code }: OutlierLabel,
): Voter {
  const { g } = context;
  const width = classes.values.length;
  if (code < width) {
    const only = Float64Array.from({ length: width }, (_, k) => Number(k === code));
    return voter(context, classes, () => g.add('Where', [alone, g.float64(only, [1, width]), emit()]));
  }
  const votes = once(emit);
  const index = () => g.add('Where', [flat(context, alone), g.int64([code], []), argMax(context, votes())]);
  return { votes, label: () => labelsAt(context, labels, index()) };
}

/** Each row divided by its sum, unless that is 0. */
function shares({ g }: CompileContext, votes: ValueName): ValueName {
  const sum = rowSumOf(g, votes);
  const isZero = g.add('Equal', [sum, g.float64([0], [])]);
  return g.add('Div', [votes, g.add('Where', [isZero, g.float64([1], []), sum])]);
}

/** Weighed means of the targets. */
function meanOf(
  context: CompileContext,
  { values, flat: isFlat }: Extract<NeighborTask, { kind: 'regression' }>,
  sums: NeighborSums,
  alone: Alone | null,
): CompiledOutput {
  const { g } = context;
  const mean = (): ValueName => {
    const means = g.add('Div', [sums.ofTargets(values), sums.ofWeights()]);
    return alone?.none.kind === 'number'
      ? g.add('Where', [alone.rows, g.float64([alone.none.value], []), means])
      : means;
  };
  return {
    dtype: 'float64',
    shape: isFlat ? [] : [values.cols],
    value: () => (isFlat ? flat(context, mean()) : mean()),
  };
}

import { elementAt } from '../../core/element-at.ts';
import type { NearestNeighborsStep, NeighborTask } from '../../model/neighbors.ts';
import { type LabelSet, labelDType } from '../../model/tensor.ts';
import type { ValueName } from '../../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from '../compiler.ts';
import { argMax, labelsAt } from '../labels.ts';
import { flat, rowSumOf } from '../links.ts';
import { acceptedMatrix } from '../refusal.ts';
import { once } from '../stream.ts';
import { rankPoints } from './distance.ts';

/** Points that answer a row: their indexes `[N, k]`, and what each weighs. */
interface Neighbors {
  readonly points: ValueName;
  readonly weights: ValueName;
}

/** The vote or the mean of the k nearest points; of points equally far away the first ones count. */
const nearestNeighbors: StepCompiler<NearestNeighborsStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const neighbors = nearestOf(context, step, x);
    return { outputs: answersOf(context, step.task, neighbors) };
  },
  certify: ({ task, weighting, search }) => {
    const ties =
      'of points equally far away from a row the first ones count, whatever order a tree meets them in';
    return task.kind === 'classification' && weighting === 'uniform' && search.metric.kind !== 'cosine'
      ? bitExact(`votes of the nearest points; ${ties}`)
      : withinTolerance(`sums of weights and targets; ${ties}`);
  },
};

function nearestOf(context: CompileContext, step: NearestNeighborsStep, x: ValueName): Neighbors {
  const { g } = context;
  const { search, k, weighting } = step;
  const ranking = rankPoints(g, x, search.points, search.metric);
  const count = g.int64([k], [1]);
  const [values = '', nearest = ''] = g.addMany('TopK', [ranking.values, count], 2, {
    axis: 1n,
    largest: 0n,
    sorted: 1n,
  });
  // A place that no finite distance has taken holds the first point (`NeighborsHeap`).
  const points = g.add('Where', [g.add('IsInf', [values]), g.int64([0], []), nearest]);
  if (weighting === 'uniform') {
    return { points, weights: g.add('Cast', [g.add('Equal', [points, points])], { to: 11n }) };
  }
  const weights = inverse(context, ranking.distances(values, points));
  if (step.refusesFar) {
    const most = g.add('ReduceMax', [weights, g.int64([1], [1])], { keepdims: 1n });
    context.refusals.where(g.add('Equal', [most, g.float64([0], [])]));
  }
  return { points, weights };
}

/** 1 / distance; where some distance is 0, those points alone, each 1. */
function inverse({ g }: CompileContext, distances: ValueName): ValueName {
  const inverses = g.add('Div', [g.float64([1], []), distances]);
  const infinite = g.add('Cast', [g.add('IsInf', [inverses])], { to: 11n });
  const some = g.add('Greater', [rowSumOf(g, infinite), g.float64([0], [])]);
  return g.add('Where', [some, infinite, inverses]);
}

/** Outputs of an estimator, from the neighbours of each row. */
function answersOf(
  context: CompileContext,
  task: NeighborTask,
  neighbors: Neighbors,
): Record<string, CompiledOutput | CompiledOutput[]> {
  return task.kind === 'classification'
    ? votesOf(context, task.targets, neighbors)
    : { predict: meanOf(context, task, neighbors) };
}

function votesOf(
  context: CompileContext,
  targets: readonly { readonly classes: LabelSet; readonly codes: Int32Array }[],
  neighbors: Neighbors,
): Record<string, CompiledOutput | CompiledOutput[]> {
  const { g } = context;
  const votes = targets.map(({ classes, codes }) =>
    once(() => classSums(context, codes, classes.values.length, neighbors)),
  );
  const probabilities = targets.map(({ classes }, t): CompiledOutput => {
    const own = elementAt(votes, t);
    const value = () => g.add('Div', [own(), rowSumOf(g, own())]);
    return { dtype: 'float64', shape: [classes.values.length], value };
  });
  const single = targets.length === 1;
  const labels = () =>
    targets.map(({ classes }, t) => {
      const own = labelsAt(context, classes, argMax(context, elementAt(votes, t)()));
      return single ? own : g.add('Reshape', [own, g.int64([-1, 1], [2])]);
    });
  const predict: CompiledOutput = {
    dtype: labelDType(elementAt(targets, 0).classes),
    shape: single ? [] : [targets.length],
    value: () => (single ? elementAt(labels(), 0) : g.add('Concat', labels(), { axis: 1n })),
  };
  return { predict, predict_proba: single ? elementAt(probabilities, 0) : probabilities };
}

/** Sums of weights by class, `[N, classes]`. */
function classSums(
  { g }: CompileContext,
  codes: Int32Array,
  classes: number,
  neighbors: Neighbors,
): ValueName {
  const own = g.add('Gather', [g.int64(codes, [codes.length]), neighbors.points], { axis: 0n });
  const axis = g.int64([2], [1]);
  const every = g.int64(
    Array.from({ length: classes }, (_, k) => k),
    [1, 1, classes],
  );
  const belongs = g.add('Cast', [g.add('Equal', [g.add('Unsqueeze', [own, axis]), every])], { to: 11n });
  const weighed = g.add('Mul', [belongs, g.add('Unsqueeze', [neighbors.weights, axis])]);
  return g.add('ReduceSum', [weighed, g.int64([1], [1])], { keepdims: 0n });
}

/** Weighed means of the targets. */
function meanOf(
  context: CompileContext,
  { values, flat: isFlat }: Extract<NeighborTask, { kind: 'regression' }>,
  neighbors: Neighbors,
): CompiledOutput {
  const { g } = context;
  const mean = (): ValueName => {
    const own = g.add('Gather', [g.float64(values.data, [values.rows, values.cols]), neighbors.points], {
      axis: 0n,
    });
    const weighed = g.add('Mul', [own, g.add('Unsqueeze', [neighbors.weights, g.int64([2], [1])])]);
    const sums = g.add('ReduceSum', [weighed, g.int64([1], [1])], { keepdims: 0n });
    return g.add('Div', [sums, rowSumOf(g, neighbors.weights)]);
  };
  return {
    dtype: 'float64',
    shape: isFlat ? [] : [values.cols],
    value: () => (isFlat ? flat(context, mean()) : mean()),
  };
}

export const NEIGHBORS_COMPILERS: StepCompilers<NearestNeighborsStep> = {
  'nearest-neighbors': nearestNeighbors,
};

import type { NearestNeighborsStep, NeighborsStep } from '../../model/neighbors.ts';
import type { Matrix } from '../../model/tensor.ts';
import type { GraphBuilderApi, ValueName } from '../../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from '../compiler.ts';
import { rowSumOf } from '../links.ts';
import { acceptedMatrix } from '../refusal.ts';
import { type NeighborSums, neighborAnswers } from './answers.ts';
import { inverse, nearestPoints } from './nearest.ts';
import { radiusNeighbors } from './radius.ts';

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
    return { outputs: neighborAnswers(context, step.task, sumsOf(context, neighbors)) };
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
  const nearest = nearestPoints(g, x, step.search, step.k);
  const { points } = nearest;
  if (step.weighting === 'uniform') {
    return { points, weights: g.add('Cast', [g.add('Equal', [points, points])], { to: 11n }) };
  }
  const weights = inverse(g, nearest.distances());
  if (step.refusesFar) {
    const most = g.add('ReduceMax', [weights, g.int64([1], [1])], { keepdims: 1n });
    context.refusals.where(g.add('Equal', [most, g.float64([0], [])]));
  }
  return { points, weights };
}

/** Sums over the nearest points of each row. */
const sumsOf = ({ g }: CompileContext, neighbors: Neighbors): NeighborSums => ({
  byClass: (codes, classes) => classSums(g, codes, classes, neighbors),
  ofTargets: (values) => targetSums(g, values, neighbors),
  ofWeights: () => rowSumOf(g, neighbors.weights),
});

/** Sums of weights by class, `[N, classes]`. */
function classSums(
  g: GraphBuilderApi,
  codes: Int32Array,
  classes: number,
  { points, weights }: Neighbors,
): ValueName {
  const own = g.add('Gather', [g.int64(codes, [codes.length]), points], { axis: 0n });
  const axis = g.int64([2], [1]);
  const every = g.int64(
    Array.from({ length: classes }, (_, k) => k),
    [1, 1, classes],
  );
  const belongs = g.add('Cast', [g.add('Equal', [g.add('Unsqueeze', [own, axis]), every])], { to: 11n });
  const weighed = g.add('Mul', [belongs, g.add('Unsqueeze', [weights, axis])]);
  return g.add('ReduceSum', [weighed, g.int64([1], [1])], { keepdims: 0n });
}

/** Sums of weights times targets, `[N, targets]`. */
function targetSums(
  g: GraphBuilderApi,
  { rows, cols, data }: Matrix,
  { points, weights }: Neighbors,
): ValueName {
  const own = g.add('Gather', [g.float64(data, [rows, cols]), points], { axis: 0n });
  const weighed = g.add('Mul', [own, g.add('Unsqueeze', [weights, g.int64([2], [1])])]);
  return g.add('ReduceSum', [weighed, g.int64([1], [1])], { keepdims: 0n });
}

export const NEIGHBORS_COMPILERS: StepCompilers<NeighborsStep> = {
  'nearest-neighbors': nearestNeighbors,
  'radius-neighbors': radiusNeighbors,
};

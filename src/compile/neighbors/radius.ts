import type { RadiusNeighborsStep } from '../../model/neighbors.ts';
import type { Matrix } from '../../model/tensor.ts';
import type { GraphBuilderApi, ValueName } from '../../onnx/graph.ts';
import { bitExact, type CompileContext, type StepCompiler, withinTolerance } from '../compiler.ts';
import { rowSumOf } from '../links.ts';
import { acceptedMatrix } from '../refusal.ts';
import { type NeighborSums, neighborAnswers } from './answers.ts';
import { rankPoints } from './distance.ts';

/** What every point weighs in every row, `[N, points]`, 0 beyond the radius; the products with it are votes and sums. */
export const radiusNeighbors: StepCompiler<RadiusNeighborsStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const weights = weightsOf(context, step, x);
    const count = rowSumOf(g, weights.within);
    const alone = g.add('Equal', [count, g.float64([0], [])]);
    if (step.none.kind === 'refused') context.refusals.where(alone);
    const sums = sumsOf(g, weights.all, step.search.points.rows);
    return { outputs: neighborAnswers(context, step.task, sums, { rows: alone, none: step.none }) };
  },
  certify: ({ task, weighting, search }) =>
    task.kind === 'classification' && weighting === 'uniform' && search.metric.kind !== 'cosine'
      ? bitExact('votes of the points within the radius')
      : withinTolerance('sums of weights and targets of the points within the radius'),
};

/** `within`: 1 for points within the radius, else 0; `all`: their weights. */
function weightsOf(
  { g }: CompileContext,
  { search, radius, weighting }: RadiusNeighborsStep,
  x: ValueName,
): { readonly within: ValueName; readonly all: ValueName } {
  // Weights by distance need each distance exactly, as near to 0 as it is.
  const columns = weighting === 'distance' ? Infinity : undefined;
  const ranking = rankPoints(g, x, search.points, search.metric, columns);
  const isNear = g.add('LessOrEqual', [ranking.values, g.float64([ranking.valueOf(radius)], [])]);
  const within = g.add('Cast', [isNear], { to: 11n });
  if (weighting === 'uniform') return { within, all: within };
  const distances = ranking.distances(ranking.values, '');
  const isZero = g.add('Equal', [distances, g.float64([0], [])]);
  const zeros = g.add('Cast', [isZero], { to: 11n });
  const some = g.add('Greater', [rowSumOf(g, zeros), g.float64([0], [])]);
  const inverses = g.add('Div', [g.float64([1], []), distances]);
  const inside = g.add('Where', [isNear, inverses, g.float64([0], [])]);
  return { within, all: g.add('Where', [some, zeros, inside]) };
}

const sumsOf = (g: GraphBuilderApi, weights: ValueName, points: number): NeighborSums => ({
  byClass: (codes, classes) => g.add('MatMul', [weights, memberships(g, codes, classes)]),
  ofTargets: ({ cols, data }: Matrix) => g.add('MatMul', [weights, g.float64(data, [points, cols])]),
  ofWeights: () => rowSumOf(g, weights),
});

/** 1 where the point is of the class, `[points, classes]`. */
function memberships(g: GraphBuilderApi, codes: Int32Array, classes: number): ValueName {
  const members = new Float64Array(codes.length * classes);
  codes.forEach((code, point) => {
    members[point * classes + code] = 1;
  });
  return g.float64(members, [codes.length, classes]);
}

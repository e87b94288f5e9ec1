import type { CentreTreeStep, NearestCentreStep, ShrunkenCentroidsStep } from '../model/centres.ts';
import { labelDType, type Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { expansion, manhattanDistances, squaredDistances, wholeSquares } from './centre-distances.ts';
import {
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { argMax, labelOutput, labelsAt } from './labels.ts';
import { scoreDifference, softmax } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix, once } from './stream.ts';

/** What of each centre is the less the nearer it is, as the library compares it. */
function farness(context: CompileContext, x: ValueName, step: NearestCentreStep): ValueName {
  const { g } = context;
  if (step.metric === 'manhattan') return manhattanDistances(context, x, step.centers);
  if (!step.wholeDistances) {
    const { cross, norms } = expansion(context, x, step.centers);
    return g.add('Add', [cross(), norms]);
  }
  const squares = wholeSquares(context, x, step.centers);
  return g.add('Where', [g.add('IsNaN', [squares]), g.float64([-1], []), squares]);
}

/** Lowest index of the least of each row, int64 `[N]`. */
const argMin = ({ g }: CompileContext, values: ValueName): ValueName =>
  g.add('ArgMin', [values], { axis: 1n, keepdims: 0n, select_last_index: 0n });

const indexOutput = (context: CompileContext, index: () => ValueName): CompiledOutput => ({
  dtype: 'int32',
  shape: [],
  value: () => context.g.add('Cast', [index()], { to: 6n }),
});

function nearestOutput(context: CompileContext, step: NearestCentreStep, x: ValueName): CompiledOutput {
  const index = (): ValueName => argMin(context, farness(context, x, step));
  const { labels } = step;
  if (labels === null) return indexOutput(context, index);
  return { dtype: labelDType(labels), shape: [], value: () => labelsAt(context, labels, index()) };
}

const transformed = (context: CompileContext, x: ValueName, centers: Matrix) =>
  matrix(context.g.add('Sqrt', [squaredDistances(context, x, centers)]), centers.rows);

const promise = () =>
  withinTolerance(
    'squared distances, of many centres by expansion: terms are ‖x‖², 2 x·c and ‖c‖², so a row close to one loses digits',
  );

const nearestCentre: StepCompiler<NearestCentreStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const outputs = { predict: nearestOutput(context, step, x) };
    return step.role === 'transformer'
      ? { stream: transformed(context, x, step.centers), outputs }
      : { outputs };
  },
  certify: promise,
};

/** Weights of splits on clusters, above which a few splits of a file would size a matrix. */
const MAX_WEIGHTS = 2 ** 22;

/**
 * A row comes to the cluster on whose path every split agrees: `[N, splits]` of ±1, the side on which a row is, times
 * `[splits, clusters]` of ±1, the side on which a cluster is (0 off its path), is the depth of that cluster alone.
 */
function treeIndex(context: CompileContext, step: CentreTreeStep, x: ValueName): ValueName {
  const { g } = context;
  const splits = step.next.length / 2;
  const clusters = step.centers.rows;
  if (splits * clusters > MAX_WEIGHTS)
    throw compileUnsupported(step, '_bisecting_tree', `${clusters} clusters`, 'up to 2048 are');
  const { cross, norms } = expansion(context, x, step.compared);
  const pairs = g.add('Reshape', [g.add('Add', [cross(), norms]), g.int64([-1, splits, 2], [3])]);
  const side = (k: number): ValueName => g.add('Gather', [pairs, g.int64([k], [])], { axis: 2n });
  const second = g.add('Less', [side(1), side(0)]);
  const sides = g.add('Where', [second, g.float64([1], []), g.float64([-1], [])]);
  const { paths, depths } = pathsOf(step, splits, clusters);
  const missed = g.add(
    'Gemm',
    [sides, g.float64(paths, [splits, clusters]), g.float64(depths, [1, clusters])],
    {
      beta: -1,
    },
  );
  return argMax(context, missed);
}

function pathsOf({ next }: CentreTreeStep, splits: number, clusters: number) {
  const paths = new Float64Array(splits * clusters);
  const depths = new Float64Array(clusters);
  const trail: (readonly [split: number, side: number])[] = [];
  const walk = (split: number): void => {
    for (const side of [0, 1]) {
      trail.push([split, 2 * side - 1]);
      const to = next[2 * split + side]!;
      if (to >= 0) walk(to);
      else {
        for (const [at, sign] of trail) paths[at * clusters - 1 - to] = sign;
        depths[-1 - to] = trail.length;
      }
      trail.pop();
    }
  };
  walk(0);
  return { paths, depths };
}

const centreTree: StepCompiler<CentreTreeStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const stream = transformed(context, x, step.centers);
    const index = (): ValueName =>
      step.next.length === 0
        ? argMin(context, squaredDistances(context, x, step.centers))
        : treeIndex(context, step, x);
    return { stream, outputs: { predict: indexOutput(context, index) } };
  },
  certify: promise,
};

/** `offset + 2 x·c - ‖c‖²` from the first centroid, what tells scores apart, and the scores themselves, less ‖x‖². */
function centroidScores(context: CompileContext, step: ShrunkenCentroidsStep, x: ValueName) {
  const { g } = context;
  const { rows, cols, data } = step.centers;
  const scaled = g.add('Div', [x, g.float64(step.scale, [1, cols])]);
  const centers = { rows, cols, data: data.map((value, k) => value / step.scale[k % cols]!) };
  const offsets = g.float64(step.offsets, [1, rows]);
  if (step.metric === 'manhattan') {
    const sums = manhattanDistances(context, scaled, centers);
    const scores = once(() => g.add('Sub', [offsets, g.add('Mul', [sums, sums])]));
    return { scores, relative: scores };
  }
  const { cross, squares, norms } = expansion(context, scaled, centers, centers.data.subarray(0, cols));
  const relative = once(() => g.add('Sub', [g.add('Sub', [offsets, norms]), cross()]));
  return { scores: once(() => g.add('Sub', [relative(), squares()])), relative };
}

const shrunkenCentroids: StepCompiler<ShrunkenCentroidsStep> = {
  emit(context, step, input) {
    const { classes, nearest } = step;
    const { length } = classes.values;
    const x = acceptedMatrix(context, input, step, 'finite');
    const { scores, relative } = centroidScores(context, step, x);
    const predict =
      nearest === null
        ? labelOutput(context, classes, () => argMax(context, scores()))
        : nearestOutput(context, nearest, x);
    if (step.metric === 'manhattan') return { outputs: { predict } };
    const decision = once(() => (length === 2 ? scoreDifference(context, relative()) : scores()));
    return {
      outputs: {
        predict,
        predict_proba: { dtype: 'float64', shape: [length], value: () => softmax(context, relative()) },
        decision_function: { dtype: 'float64', shape: length === 2 ? [] : [length], value: decision },
      },
    };
  },
  certify: () => withinTolerance('squared distances: terms are ‖x‖², 2 x·c and ‖c‖², of scaled rows'),
};

export const CENTRE_COMPILERS: StepCompilers<NearestCentreStep | CentreTreeStep | ShrunkenCentroidsStep> = {
  'nearest-centre': nearestCentre,
  'centre-tree': centreTree,
  'shrunken-centroids': shrunkenCentroids,
};

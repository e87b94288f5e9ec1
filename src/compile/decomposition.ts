import { type KMeansStep, movedTo, originOf, type PcaStep } from '../model/decomposition.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { affine } from './linear.ts';
import { rowSumOf } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix } from './stream.ts';

/** `(x - mean) · componentsᵀ / scale`, centred before the projection: the more accurate of the two orders. */
const pca: StepCompiler<PcaStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { rows, cols } = step.components;
    const x = acceptedMatrix(context, input, step, 'finite');
    const centred = step.mean === null ? x : g.add('Sub', [x, g.float64(step.mean, [1, cols])]);
    const projected = affine(context, centred, step.components, new Float64Array(rows));
    const value =
      step.scale === null ? projected : g.add('Div', [projected, g.float64(step.scale, [1, rows])]);
    return { stream: matrix(value, rows) };
  },
  certify: () => withinTolerance('a dot product, whose order BLAS and onnxruntime choose'),
};

/** ‖c‖² of every centre. */
const squaredNorms = (centers: Matrix): Float64Array =>
  Float64Array.from({ length: centers.rows }, (_, row) => {
    const center = centers.data.subarray(row * centers.cols, (row + 1) * centers.cols);
    return center.reduce((sum, value) => sum + value * value, 0);
  });

/** `-2 x·cᵀ`: the part of the squared distances that depends on both, `[N, centres]`. */
function crossTerms({ g }: CompileContext, x: ValueName, centers: Matrix): ValueName {
  const c = g.float64(centers.data, [centers.rows, centers.cols]);
  const none = g.float64(new Float64Array(centers.rows), [1, centers.rows]);
  return g.add('Gemm', [x, c, none], { transB: 1n, alpha: -2 });
}

/** Columns up to which terms are few beside the answer, and cells of all centres up to which they are few at all. */
const FEW_COLUMNS = 4;
const FEW_CELLS = 320;

/** Σ(x - c)² `[N, centres]`, through `[N, centres, features]`. */
function squaredTerms({ g }: CompileContext, x: ValueName, { rows, cols, data }: Matrix): ValueName {
  const wide = g.add('Reshape', [x, g.int64([-1, 1, cols], [3])]);
  const terms = g.add('Sub', [wide, g.float64(data, [1, rows, cols])]);
  return g.add('ReduceSum', [g.add('Mul', [terms, terms]), g.int64([2], [1])], { keepdims: 0n });
}

/** Scores of rows whose ‖x‖² is infinite, made such that the least is what `wholeDistances` says. */
function levelled(context: CompileContext, x: ValueName, centers: Matrix, scores: ValueName): ValueName {
  const { g } = context;
  const squares = rowSumOf(g, g.add('Mul', [x, x]));
  const unknown = g.add('IsNaN', [g.add('Add', [crossTerms(context, x, centers), squares])]);
  const level = g.add('Where', [unknown, g.float64([-1], []), g.float64([0], [])]);
  return g.add('Where', [g.add('IsInf', [squares]), level, scores]);
}

/**
 * `transform`: √Σ(x - c)² where the terms are few, else √max(‖x‖² - 2 x·c + ‖c‖², 0), the expansion that
 * scikit-learn's euclidean_distances uses (a row close to a centre loses digits there too). `predict`: lowest index of
 * the least ‖c‖² - 2 x·c, as its Lloyd step.
 */
const kMeans: StepCompiler<KMeansStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { rows, cols } = step.centers;
    const origin = originOf(step);
    const centers = origin === null ? step.centers : movedTo(origin, step.centers);
    const given = acceptedMatrix(context, input, step, 'finite');
    const x = origin === null ? given : g.add('Sub', [given, g.float64(origin, [1, cols])]);
    const cross = crossTerms(context, x, centers);
    const norms = g.float64(squaredNorms(centers), [1, rows]);
    const squared = (): ValueName => {
      if (cols <= FEW_COLUMNS || rows * cols <= FEW_CELLS) return squaredTerms(context, given, step.centers);
      const squares = rowSumOf(g, g.add('Mul', [x, x]));
      const sum = g.add('Add', [g.add('Add', [cross, squares]), norms]);
      return g.add('Max', [sum, g.float64([0], [])]);
    };
    const distances = g.add('Sqrt', [squared()]);
    const nearest = () => {
      const plain = g.add('Add', [cross, norms]);
      const scores = step.wholeDistances ? levelled(context, given, step.centers, plain) : plain;
      const index = g.add('ArgMin', [scores], { axis: 1n, keepdims: 0n, select_last_index: 0n });
      return g.add('Cast', [index], { to: 6n });
    };
    return {
      stream: matrix(distances, rows),
      outputs: { predict: { dtype: 'int32', shape: [], value: nearest } },
    };
  },
  certify: () =>
    withinTolerance(
      'squared distances, of many centres by expansion: terms are ‖x‖², 2 x·c and ‖c‖², so a row close to one loses digits',
    ),
};

export const DECOMPOSITION_COMPILERS: StepCompilers<PcaStep | KMeansStep> = {
  pca,
  'k-means': kMeans,
};

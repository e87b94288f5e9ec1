import {
  type CentreTreeStep,
  movedTo,
  type NearestCentreStep,
  originOf,
  type ShrunkenCentroidsStep,
} from '../../model/centres.ts';
import type { Matrix, Tensor } from '../../model/tensor.ts';
import { createScratch, type DenseBlock, type RowBlock, toDense } from './block.ts';
import { centreDistances, squaredNorms } from './centre-distances.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, differenceRows, softmaxRows } from './links.ts';
import { prepareProduct } from './product.ts';

/** What of each centre is the less the nearer it is to a row, `[rows, centres]`. */
type Farness = (block: RowBlock) => Float64Array;

/** Index of the nearest centre and its label; Euclidean distances where it transforms. */
function prepareNearestCentre(step: NearestCentreStep, context: EvaluatorContext): StepEvaluator {
  const { centers, role } = step;
  const nearest = prepareNearest(step, context);
  const predict = (block: RowBlock): Tensor => {
    checkWidth(block, centers.cols);
    return nearest(block);
  };
  if (role !== 'transformer') return { outputs: (block) => ({ predict: predict(block) }) };
  return clusterer(centers, predict, context);
}

/** `predict` beside the distances from all centres. */
function clusterer(
  centers: Matrix,
  predict: (block: RowBlock) => Tensor,
  { names }: EvaluatorContext,
): StepEvaluator {
  const { rows: cols } = centers;
  const distances = centreDistances(centers, 'euclidean', names);
  return {
    transform: (block) => ({ kind: 'dense', rows: block.rows, cols, data: distances(block) }),
    outputs: (block) => {
      const data = distances(block);
      return { predict: predict(block), transform: { dtype: 'float64', shape: [block.rows, cols], data } };
    },
  };
}

/** Labels of the nearest centres. */
function prepareNearest(step: NearestCentreStep, { names }: EvaluatorContext): (block: RowBlock) => Tensor {
  const { centers, labels, metric = 'euclidean' } = step;
  if (labels !== null && labels.values.length !== centers.rows)
    refuseShape(step, 'labels', labels.values.length, centers.rows);
  const take = labels === null ? indexTensor : prepareLabels(labels);
  const farness =
    metric === 'manhattan'
      ? centreDistances(centers, metric, names)
      : prepareFarness(centers, names, step.wholeDistances === true);
  return (block) => take(argminRows(farness(block), block.rows, centers.rows));
}

const indexTensor = (data: Int32Array): Tensor => ({ dtype: 'int32', shape: [data.length], data });

/**
 * `‖c‖² - 2 x·c`, or whole squared distances in the order of `euclidean_distances`, `-2 x·c + ‖x‖² + ‖c‖²`, with -1 for
 * what is not a number; measured from where that loses least.
 */
function prepareFarness(centers: Matrix, names: readonly string[], whole: boolean): Farness {
  const { rows: count } = centers;
  const origin = originOf(centers);
  const placed = origin === null ? centers : movedTo(origin, centers);
  const product = prepareProduct(placed, null, names);
  const norms = squaredNorms({ kind: 'dense', ...placed });
  const scratch = createScratch();
  const place = (block: RowBlock): RowBlock => {
    if (origin === null) return whole ? toDense(block, names, scratch) : block;
    return { kind: 'dense', ...movedTo(origin, toDense(block, names, scratch)) };
  };
  return (block) => {
    const placedRows = place(block);
    const values = product(placedRows);
    const rowNorms = whole ? squaredNorms(placedRows as DenseBlock) : null;
    for (let row = 0, at = 0; row < block.rows; row++) {
      for (let centre = 0; centre < count; centre++, at++) {
        if (rowNorms === null) values[at] = norms[centre]! - 2 * values[at]!;
        else {
          const squared = -2 * values[at]! + rowNorms[row]! + norms[centre]!;
          values[at] = squared >= 0 ? squared : Number.isNaN(squared) ? -1 : 0;
        }
      }
    }
    return values;
  };
}

/** Index of the least of each row, the lowest on ties, as numpy's argmin. */
function argminRows(values: Float64Array, rows: number, cols: number): Int32Array {
  const out = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const base = row * cols;
    let best = 0;
    for (let k = 1; k < cols; k++) if (values[base + k]! < values[base + best]!) best = k;
    out[row] = best;
  }
  return out;
}

/** From the root on to the nearer of two centres by `‖c‖² - 2 x·c`. */
function prepareCentreTree(step: CentreTreeStep, context: EvaluatorContext): StepEvaluator {
  const { centers, compared, next } = step;
  if (next.length !== compared.rows) refuseShape(step, '_bisecting_tree', next.length, compared.rows);
  const farness = prepareFarness(compared, context.names, false);
  const predict = (block: RowBlock): Tensor => {
    checkWidth(block, centers.cols);
    const data = new Int32Array(block.rows);
    if (next.length === 0) return indexTensor(data);
    const far = farness(block);
    for (let row = 0; row < block.rows; row++) data[row] = clusterOf(far, row * next.length, next);
    return indexTensor(data);
  };
  return clusterer(centers, predict, context);
}

function clusterOf(far: Float64Array, base: number, next: Int32Array): number {
  let split = 0;
  while (split >= 0) {
    const first = 2 * split;
    split = next[far[base + first + 1]! < far[base + first]! ? first + 1 : first]!;
  }
  return -1 - split;
}

/** `offset - d²` a class, of rows and centres divided by the scale. */
function prepareShrunkenCentroids(step: ShrunkenCentroidsStep, context: EvaluatorContext): StepEvaluator {
  const { centers, metric, scale, classes } = step;
  const { rows: count, cols } = centers;
  checkShapes(step);
  const take = prepareLabels(classes);
  const nearest = step.nearest === null ? null : prepareNearest(step.nearest, context);
  const scoresOf = (metric === 'euclidean' ? prepareScores : prepareManhattanScores)(step, context.names);
  const scratch = createScratch();
  return {
    outputs: (block) => {
      checkWidth(block, cols);
      const { rows } = block;
      const dense = toDense(block, context.names, scratch);
      const { scores, relative } = scoresOf({ kind: 'dense', ...scaledBy(scale, dense) });
      const predict = nearest === null ? take(argmaxRows(scores, rows, count)) : nearest(dense);
      if (metric === 'manhattan') return { predict };
      const predict_proba = softmaxRows(relative, rows, count);
      return {
        predict,
        predict_proba: { dtype: 'float64', shape: [rows, count], data: predict_proba },
        decision_function:
          count === 2
            ? { dtype: 'float64', shape: [rows], data: differenceRows(relative, rows) }
            : { dtype: 'float64', shape: [rows, count], data: scores },
      };
    },
  };
}

/**
 * Scores, and what is left of them without ‖x‖², which cancels where they are compared: `offset + 2 x·c - ‖c‖²`, measured
 * from the first centroid, so that columns in which classes do not differ (shrunken ones) count for nothing.
 */
type CentroidScores = (scaled: DenseBlock) => {
  readonly scores: Float64Array;
  readonly relative: Float64Array;
};

function prepareScores(step: ShrunkenCentroidsStep, names: readonly string[]): CentroidScores {
  const scaled = scaledBy(step.scale, step.centers);
  const origin = scaled.data.subarray(0, scaled.cols);
  const centers = movedTo(origin, scaled);
  const norms = squaredNorms({ kind: 'dense', ...centers });
  const doubled = { ...centers, data: centers.data.map((value) => 2 * value) };
  const product = prepareProduct(
    doubled,
    step.offsets.map((offset, k) => offset - norms[k]!),
    names,
  );
  return (block) => {
    const x: DenseBlock = { kind: 'dense', ...movedTo(origin, block) };
    const relative = product(x);
    const rowNorms = squaredNorms(x);
    const scores = relative.slice();
    for (let row = 0, at = 0; row < block.rows; row++)
      for (let k = 0; k < centers.rows; k++) scores[at++]! -= rowNorms[row]!;
    return { scores, relative };
  };
}

function prepareManhattanScores(step: ShrunkenCentroidsStep, names: readonly string[]): CentroidScores {
  const { offsets } = step;
  const distances = centreDistances(scaledBy(step.scale, step.centers), 'manhattan', names);
  return (block) => {
    const scores = distances(block).map((distance, k) => offsets[k % offsets.length]! - distance * distance);
    return { scores, relative: scores };
  };
}

const scaledBy = (scale: Float64Array, { rows, cols, data }: Matrix): Matrix => ({
  rows,
  cols,
  data: data.subarray(0, rows * cols).map((value, k) => value / scale[k % cols]!),
});

function checkShapes(step: ShrunkenCentroidsStep): void {
  const { centers, scale, offsets, classes } = step;
  const { length } = classes.values;
  if (centers.rows !== length) refuseShape(step, 'centroids_', centers.rows, length);
  if (offsets.length !== length) refuseShape(step, 'class_prior_', offsets.length, length);
  if (scale.length !== centers.cols) refuseShape(step, 'within_class_std_dev_', scale.length, centers.cols);
}

export const CENTRE_PREPARERS: StepPreparers<NearestCentreStep | CentreTreeStep | ShrunkenCentroidsStep> = {
  'nearest-centre': prepareNearestCentre,
  'centre-tree': prepareCentreTree,
  'shrunken-centroids': prepareShrunkenCentroids,
};

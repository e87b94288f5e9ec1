import type { QuadraticClassifierStep } from '../../model/quadratic.ts';
import type { Matrix } from '../../model/tensor.ts';
import { allocateCells, checkNumbers, createScratch, toDense } from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, differenceRows, logSumExpRows, numpyRowSum, softmaxRows } from './links.ts';
import { areFinite } from './product.ts';

/** Squared distance of the cells of `x` from `at` on, centred, from the mean of class `row`. */
type SquaredDistance = (centred: Float64Array, row: number) => number;

/** `offset - ½·d²` a class, each distance from its terms: nothing cancels near a mean. */
function prepareQuadratic(step: QuadraticClassifierStep, { names }: EvaluatorContext): StepEvaluator {
  const { means, offsets, decides } = step;
  const { rows: classes, cols: features } = means;
  checkShapes(step);
  const take = prepareLabels(step.classes);
  const squared = squaredDistance(step);
  const centred = new Float64Array(features);
  const scratch = createScratch();
  return {
    outputs: (input) => {
      checkWidth(input, features);
      const block = toDense(input, names, scratch);
      const { rows, data } = block;
      const scores = allocateCells(rows * classes);
      for (let row = 0, at = 0; row < rows; row++) {
        for (let c = 0; c < classes; c++, at++) {
          for (let k = 0; k < features; k++)
            centred[k] = data[row * features + k]! - means.data[c * features + k]!;
          scores[at] = offsets[c]! - 0.5 * squared(centred, c);
        }
      }
      if (!areFinite(scores)) checkNumbers(block, names, 'refused');
      const probabilities = decides ? softmaxRows : logSumExpRows;
      const shape = [rows, classes];
      const answers = {
        predict: take(argmaxRows(scores, rows, classes)),
        predict_proba: { dtype: 'float64', shape, data: probabilities(scores, rows, classes) },
      } as const;
      if (!decides) return answers;
      return {
        ...answers,
        decision_function:
          classes === 2
            ? { dtype: 'float64', shape: [rows], data: differenceRows(scores, rows) }
            : { dtype: 'float64', shape, data: scores },
      };
    },
  };
}

function squaredDistance({ covariance, means }: QuadraticClassifierStep): SquaredDistance {
  if (covariance.kind === 'axes') {
    const rotated = covariance.axes.map(({ rows }) => new Float64Array(rows));
    return (centred, row) => alongAxes(centred, covariance.axes[row]!, rotated[row]!);
  }
  const { cols } = means;
  const { data } = covariance.variances;
  const terms = new Float64Array(cols);
  return (centred, row) => {
    for (let k = 0; k < cols; k++) terms[k] = (centred[k]! * centred[k]!) / data[row * cols + k]!;
    return numpyRowSum(terms, 0, cols);
  };
}

function alongAxes(centred: Float64Array, { rows, cols, data }: Matrix, squares: Float64Array): number {
  for (let axis = 0; axis < rows; axis++) {
    let dot = 0;
    for (let k = 0; k < cols; k++) dot += centred[k]! * data[axis * cols + k]!;
    squares[axis] = dot * dot;
  }
  return rows === 0 ? 0 : numpyRowSum(squares, 0, rows);
}

function checkShapes(step: QuadraticClassifierStep): void {
  const { means, covariance, offsets, classes } = step;
  const { length } = classes.values;
  if (means.rows !== length) refuseShape(step, 'means_', means.rows, length);
  if (offsets.length !== length) refuseShape(step, 'priors_', offsets.length, length);
  const matrices = covariance.kind === 'axes' ? covariance.axes : [covariance.variances];
  const odd = matrices.find(({ cols }) => cols !== means.cols);
  if (odd !== undefined) refuseShape(step, 'the covariance', odd.cols, means.cols);
  if (covariance.kind === 'axes' && covariance.axes.length !== length)
    refuseShape(step, 'rotations_', covariance.axes.length, length);
}

export const QUADRATIC_PREPARERS: StepPreparers<QuadraticClassifierStep> = {
  'quadratic-classifier': prepareQuadratic,
};

import type { EllipticEnvelopeStep, GaussianMixtureStep } from '../../model/gaussian.ts';
import type { Matrix } from '../../model/tensor.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  type RowBlock,
  toDense,
} from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { argmaxRows, numpyRowSum } from './links.ts';

/** Rows as finite numbers of the width that the step was fitted on. */
function prepareRows(width: number, names: readonly string[]): (input: RowBlock) => DenseBlock {
  const scratch = createScratch();
  return (input) => {
    checkWidth(input, width);
    const block = toDense(input, names, scratch);
    checkNumbers(block, names, 'refused');
    return block;
  };
}

/** The most probable component, the share of each, and the density of all together, as logarithm. */
function prepareGaussianMixture(step: GaussianMixtureStep, { names }: EvaluatorContext): StepEvaluator {
  const { means, offsets } = step;
  const components = means.rows;
  if (offsets.length !== components) refuseShape(step, 'weights_', offsets.length, components);
  const scoreRows = step.factors.kind === 'tied' ? prepareTied(step, step.factors) : prepareScores(step);
  const rowsOf = prepareRows(means.cols, names);
  return {
    outputs: (input) => {
      const block = rowsOf(input);
      const { rows } = block;
      const { scores, apart } = scoreRows(block);
      const densities = new Float64Array(rows);
      const shares = allocateCells(rows * components);
      for (let row = 0; row < rows; row++) {
        densities[row] = shareRow(scores, shares, row * components, components);
        if (apart !== scores) shareRow(apart, shares, row * components, components);
      }
      const labels = BigInt64Array.from(argmaxRows(apart, rows, components), BigInt);
      return {
        predict: { dtype: 'int64', shape: [rows], data: labels },
        predict_proba: { dtype: 'float64', shape: [rows, components], data: shares },
        score_samples: { dtype: 'float64', shape: [rows], data: densities },
      };
    },
  };
}

/** exp(s - logsumexp(s)) of a row into `shares`; answers the logsumexp, which of squares that overflow is -∞. */
function shareRow(scores: Float64Array, shares: Float64Array, base: number, count: number): number {
  let most = scores[base]!;
  for (let k = base + 1; k < base + count; k++) most = Math.max(most, scores[k]!);
  if (most === Number.NEGATIVE_INFINITY) most = 0;
  for (let k = base; k < base + count; k++) shares[k] = Math.exp(scores[k]! - most);
  const density = Math.log(numpyRowSum(shares, base, count)) + most;
  for (let k = base; k < base + count; k++) shares[k] = Math.exp(scores[k]! - density);
  return density;
}

/** Scores of every component in each row, and the same less what components have in common. */
interface RowScores {
  readonly scores: Float64Array;
  readonly apart: Float64Array;
}

function prepareScores(step: GaussianMixtureStep): (block: DenseBlock) => RowScores {
  const { offsets } = step;
  const squares = prepareSquares(step);
  return ({ rows, cols, data }) => {
    const scores = allocateCells(rows * offsets.length);
    for (let row = 0, at = 0; row < rows; row++)
      for (let k = 0; k < offsets.length; k++, at++)
        scores[at] = offsets[k]! - 0.5 * squares(k, data, row * cols);
    return { scores, apart: scores };
  };
}

/** Scores from ‖y - vₖ‖², apart from each other by y · vₖ - ½ ‖vₖ‖²: `y` and `vₖ` as in the model. */
function prepareTied(
  { means, offsets }: GaussianMixtureStep,
  { matrix }: Extract<GaussianMixtureStep['factors'], { kind: 'tied' }>,
): (block: DenseBlock) => RowScores {
  const { rows: components, cols } = means;
  const project = (x: Float64Array, at: number, out: Float64Array, to: number): void => {
    out.fill(0, to, to + cols);
    for (let i = 0; i < cols; i++) {
      const away = x[at + i]! - means.data[i]!;
      for (let j = 0; j < cols; j++) out[to + j]! += away * matrix.data[i * cols + j]!;
    }
  };
  const v = new Float64Array(components * cols);
  for (let k = 0; k < components; k++) project(means.data, k * cols, v, k * cols);
  const halves = offsets.map((_, k) => 0.5 * dot(v, k * cols, v, k * cols, cols));
  const y = new Float64Array(cols);
  return ({ rows, data }) => {
    const scores = allocateCells(rows * components);
    const apart = allocateCells(rows * components);
    for (let row = 0, at = 0; row < rows; row++) {
      project(data, row * cols, y, 0);
      for (let k = 0; k < components; k++, at++) {
        let square = 0;
        for (let j = 0; j < cols; j++) square += (y[j]! - v[k * cols + j]!) ** 2;
        const score = offsets[k]! - 0.5 * square;
        scores[at] = score;
        // Squares that overflow decide, as they do in the library.
        apart[at] = Number.isFinite(score)
          ? offsets[k]! + (dot(y, 0, v, k * cols, cols) - halves[k]!)
          : score;
      }
    }
    return { scores, apart };
  };
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[i + k]! * b[j + k]!;
  return sum;
}

/** ‖(x - meanₖ) · Lₖ‖² of the row that begins at `at`. */
function prepareSquares({
  means,
  factors,
}: GaussianMixtureStep): (k: number, x: Float64Array, at: number) => number {
  const { cols, data } = means;
  if (factors.kind === 'diagonal')
    return (k, x, at) => {
      let sum = 0;
      for (let j = 0, own = k * cols; j < cols; j++, own++)
        sum += ((x[at + j]! - data[own]!) * factors.diagonals.data[own]!) ** 2;
      return sum;
    };
  return (k, x, at) => {
    const factor = (factors.kind === 'full' ? factors.matrices[k]! : factors.matrix).data;
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      let y = 0;
      for (let i = 0; i < cols; i++) y += (x[at + i]! - data[k * cols + i]!) * factor[i * cols + j]!;
      sum += y * y;
    }
    return sum;
  };
}

/** Inliers and outliers by their distance from the centre. */
function prepareEllipticEnvelope(step: EllipticEnvelopeStep, { names }: EvaluatorContext): StepEvaluator {
  const { centre, precision, offset } = step;
  const rowsOf = prepareRows(centre.length, names);
  return {
    outputs: (input) => {
      const { rows, cols, data } = rowsOf(input);
      const scores = new Float64Array(rows);
      for (let row = 0; row < rows; row++) scores[row] = -quadratic(data, row * cols, centre, precision);
      const decisions = scores.map((score) => score - offset);
      const predict = BigInt64Array.from(decisions, (value) => (value >= 0 ? 1n : -1n));
      return {
        predict: { dtype: 'int64', shape: [rows], data: predict },
        decision_function: { dtype: 'float64', shape: [rows], data: decisions },
        score_samples: { dtype: 'float64', shape: [rows], data: scores },
      };
    },
  };
}

function quadratic(x: Float64Array, at: number, centre: Float64Array, { cols, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < cols; i++) {
    let inner = 0;
    for (let j = 0; j < cols; j++) inner += data[i * cols + j]! * (x[at + j]! - centre[j]!);
    sum += inner * (x[at + i]! - centre[i]!);
  }
  return sum;
}

export const GAUSSIAN_PREPARERS: StepPreparers<GaussianMixtureStep | EllipticEnvelopeStep> = {
  'gaussian-mixture': prepareGaussianMixture,
  'elliptic-envelope': prepareEllipticEnvelope,
};

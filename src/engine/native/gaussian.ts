import type { EllipticEnvelopeStep, GaussianMixtureStep } from '../../model/gaussian.ts';
import { type Matrix, transposedMatrix } from '../../model/tensor.ts';
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
import { preparePointSums } from './point-sums/point-sums.ts';

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
  const squares = prepareSquares(step);
  const rowsOf = prepareRows(means.cols, names);
  const scoresOf = ({ rows, cols, data }: DenseBlock): Float64Array => {
    const scores = allocateCells(rows * components);
    for (let row = 0, at = 0; row < rows; row++)
      for (let k = 0; k < components; k++, at++)
        scores[at] = offsets[k]! - 0.5 * squares(k, data, row * cols);
    return scores;
  };
  return {
    undecided: (input) => roundedRows(scoresOf(rowsOf(input)), components, means.cols),
    outputs: (input) => {
      const block = rowsOf(input);
      const { rows } = block;
      const scores = scoresOf(block);
      const densities = new Float64Array(rows);
      const shares = allocateCells(rows * components);
      for (let row = 0; row < rows; row++)
        densities[row] = shareRow(scores, shares, row * components, components);
      const labels = BigInt64Array.from(argmaxRows(scores, rows, components), BigInt);
      return {
        predict: { dtype: 'int64', shape: [rows], data: labels },
        predict_proba: { dtype: 'float64', shape: [rows, components], data: shares },
        score_samples: { dtype: 'float64', shape: [rows], data: densities },
      };
    },
  };
}

/** Shares below this, which 1e-13 of their sum covers, may be any. */
const SMALLEST_SHARE = Math.log(1e-13);
/** What rounding may do to the logarithm of a share: the promise of a sum is 1e-9 of it. */
const MOST_ROUNDING = 2 ** -31;

/**
 * Marks the rows so far away that differences of their scores, which the shares come of, are rounding: a sum of n squares of sums of n
 * terms is right to about 2n units of rounding where little of it cancels.
 */
function roundedRows(scores: Float64Array, components: number, features: number): Uint8Array {
  const unit = features * 2 ** -51;
  return Uint8Array.from({ length: scores.length / components }, (_, row) => {
    const own = scores.subarray(row * components, (row + 1) * components);
    const most = own.reduce((a, b) => Math.max(a, b));
    const near = own.filter((score) => score - most > SMALLEST_SHARE);
    return near.length > 1 && Math.abs(most) * unit > MOST_ROUNDING ? 1 : 0;
  });
}

/** exp(s - logsumexp(s)) of a row into `shares`; answers the logsumexp. */
function shareRow(scores: Float64Array, shares: Float64Array, base: number, count: number): number {
  let most = scores[base]!;
  for (let k = base + 1; k < base + count; k++) most = Math.max(most, scores[k]!);
  for (let k = base; k < base + count; k++) shares[k] = Math.exp(scores[k]! - most);
  const density = Math.log(numpyRowSum(shares, base, count)) + most;
  for (let k = base; k < base + count; k++) shares[k] = Math.exp(scores[k]! - density);
  return density;
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
  const centred = new Float64Array(cols);
  const products = factors.matrices.map((factor) => preparePointSums(transposedMatrix(factor), 'products'));
  return (k, x, at) => {
    for (let i = 0; i < cols; i++) centred[i] = x[at + i]! - data[k * cols + i]!;
    const y = products[k]!(centred, 0);
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += y[j]! * y[j]!;
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

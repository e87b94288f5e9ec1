import type { DensityKernel, KernelDensityStep } from '../../model/kernel-density.ts';
import type { Matrix } from '../../model/tensor.ts';
import { checkNumbers, createScratch, toDense } from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareMetric } from './neighbors/distance.ts';
import { preparePointSums } from './point-sums/point-sums.ts';

/** Writes the distances of a row, which begins at `at`, from all points to `out`. */
type PointDistances = (x: Float64Array, at: number, out: Float64Array) => void;

/** `log Σ weight·K(distance) + logNorm` of each row. */
function prepareKernelDensity(step: KernelDensityStep, { names }: EvaluatorContext): StepEvaluator {
  const { points, weights, logNorm } = step;
  if (weights !== null && weights.length !== points.rows)
    refuseShape(step, 'sample_weight', weights.length, points.rows);
  const distances = prepareDistances(step);
  const logDensity = prepareLogSum(step);
  const scratch = createScratch();
  const apart = new Float64Array(points.rows);
  return {
    outputs: (input) => {
      checkWidth(input, points.cols);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const data = new Float64Array(block.rows);
      for (let row = 0; row < block.rows; row++) {
        distances(block.data, row * block.cols, apart);
        data[row] = logDensity(apart) + logNorm;
      }
      return { score_samples: { dtype: 'float64', shape: [block.rows], data } };
    },
  };
}

function prepareDistances({ points, metric }: KernelDensityStep): PointDistances {
  if (metric.kind === 'minkowski' && metric.p === 2 && metric.weights === null) return rootsOf(points);
  const { rows, cols, data } = points;
  const { reduced, toDistance } = prepareMetric(metric);
  return (x, at, out) => {
    for (let point = 0; point < rows; point++)
      out[point] = toDistance(reduced(x, at, data, point * cols, cols));
  };
}

function rootsOf(points: Matrix): PointDistances {
  const squares = preparePointSums(points, 'squares');
  return (x, at, out) => {
    const sums = squares(x, at);
    for (let point = 0; point < out.length; point++) out[point] = Math.sqrt(sums[point]!);
  };
}

/** `log Σ weight·K(distance)`. */
function prepareLogSum({
  kernel,
  bandwidth: h,
  weights,
}: KernelDensityStep): (distances: Float64Array) => number {
  if (kernel === 'gaussian') return logSumOf((d) => (-0.5 * (d * d)) / (h * h), weights);
  if (kernel === 'exponential') return logSumOf((d) => -d / h, weights);
  const value = COMPACT[kernel];
  return (distances) => {
    let sum = 0;
    for (let k = 0; k < distances.length; k++) {
      const d = distances[k]!;
      if (d < h) sum += weights === null ? value(d, h) : weights[k]! * value(d, h);
    }
    return Math.log(sum);
  };
}

/** Kernels that end at the bandwidth h, of distances below it. */
const COMPACT: Readonly<
  Record<Exclude<DensityKernel, 'gaussian' | 'exponential'>, (d: number, h: number) => number>
> = {
  tophat: () => 1,
  epanechnikov: (d, h) => 1 - (d * d) / (h * h),
  linear: (d, h) => 1 - d / h,
  cosine: (d, h) => Math.cos((0.5 * Math.PI * d) / h),
};

/** `log Σ weight·exp(exponent)`, the greatest exponent taken out, so that no density is too small. */
function logSumOf(
  exponent: (distance: number) => number,
  weights: Float64Array | null,
): (distances: Float64Array) => number {
  const logWeights = weights?.map(Math.log) ?? null;
  let exponents = new Float64Array();
  return (distances) => {
    const { length } = distances;
    if (exponents.length !== length) exponents = new Float64Array(length);
    let most = -Infinity;
    for (let k = 0; k < length; k++) {
      const value = exponent(distances[k]!) + (logWeights === null ? 0 : logWeights[k]!);
      exponents[k] = value;
      if (value > most) most = value;
    }
    if (most === -Infinity) return most;
    let sum = 0;
    for (let k = 0; k < length; k++) sum += Math.exp(exponents[k]! - most);
    return most + Math.log(sum);
  };
}

export const KERNEL_DENSITY_PREPARERS: StepPreparers<KernelDensityStep> = {
  'kernel-density': prepareKernelDensity,
};

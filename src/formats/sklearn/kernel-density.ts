import type { DensityKernel, KernelDensityStep } from '../../model/kernel-density.ts';
import type { Metric } from '../../model/neighbors.ts';
import { type Family, family } from './family.ts';
import { readTreePoints } from './point-tree.ts';
import type { EstimatorView } from './view.ts';

const KERNELS = ['gaussian', 'tophat', 'epanechnikov', 'exponential', 'linear', 'cosine'] as const;
const METRIC_P = {
  ...{ euclidean: 2, l2: 2, minkowski: 2, p: 2 },
  ...{ manhattan: 1, cityblock: 1, l1: 1, chebyshev: Infinity, infinity: Infinity },
} as const;

/**
 * KernelDensity, with the points and weights that its tree keeps. With a tolerance the library stops where bounds are
 * close enough, at an answer that only a walk of its tree gives.
 */
export function readKernelDensity(view: EstimatorView): KernelDensityStep {
  for (const name of ['atol', 'rtol'])
    if (view.number(name, 0) !== 0)
      throw view.unsupported(name, String(view.number(name)), '0, with which all points count, is');
  const { points, weights } = readTreePoints(view, 'tree_');
  const bandwidth = view.number(view.has('bandwidth_') ? 'bandwidth_' : 'bandwidth');
  if (!(bandwidth > 0 && bandwidth < Infinity))
    throw view.invalid('bandwidth', String(bandwidth), 'a number above 0');
  const kernel = view.choice('kernel', KERNELS);
  const total = weights === null ? points.rows : weights.reduce((sum, weight) => sum + weight, 0);
  const logNorm = -logVolume(kernel, points.cols) - points.cols * Math.log(bandwidth) - Math.log(total);
  if (!Number.isFinite(logNorm))
    throw view.unsupported('kernel', `${kernel} of ${points.cols} columns`, 'a kernel with a norm is');
  const base = view.base(points.cols);
  return {
    kind: 'kernel-density',
    ...base,
    points,
    weights,
    metric: metricOf(view),
    kernel,
    bandwidth,
    logNorm,
  };
}

function metricOf(view: EstimatorView): Metric {
  view.mustBeNone('metric_params');
  const names = Object.keys(METRIC_P) as (keyof typeof METRIC_P)[];
  return { kind: 'minkowski', p: METRIC_P[view.choice('metric', names, 'euclidean')], weights: null };
}

/** Logarithm of the volume below a kernel of bandwidth 1 in `d` dimensions (`_log_kernel_norm` of `neighbors/_binary_tree`). */
function logVolume(kernel: DensityKernel, d: number): number {
  switch (kernel) {
    case 'gaussian':
      return 0.5 * d * Math.log(2 * Math.PI);
    case 'tophat':
      return logBall(d);
    case 'epanechnikov':
      return logBall(d) + Math.log(2 / (d + 2));
    case 'exponential':
      return logSphere(d) + logGammaOfHalves(2 * d);
    case 'linear':
      return logBall(d) - Math.log(d + 1);
    case 'cosine':
      return Math.log(cosineMoment(d)) + logSphere(d);
  }
}

/** Volume of the unit ball of `d` dimensions: `π^(d/2) / Γ(d/2 + 1)`. */
const logBall = (d: number): number => 0.5 * d * Math.log(Math.PI) - logGammaOfHalves(d + 2);
/** Surface of it. */
const logSphere = (d: number): number => Math.log(2 * Math.PI) + logBall(d - 2);

/** log Γ(n / 2) for a whole n > 0, by Γ(x + 1) = x·Γ(x). */
function logGammaOfHalves(n: number): number {
  let sum = n % 2 === 0 ? 0 : 0.5 * Math.log(Math.PI);
  for (let k = n % 2 === 0 ? 2 : 1; k < n; k += 2) sum += Math.log(k / 2);
  return sum;
}

/** `∫₀¹ cos(πr/2)·r^(d-1) dr` by parts, of which the library keeps every second term. */
function cosineMoment(d: number): number {
  let moment = 0;
  let term = 2 / Math.PI;
  for (let k = 1; k <= d; k += 2) {
    moment += term;
    term *= -(d - k) * (d - k - 1) * (2 / Math.PI) ** 2;
  }
  return moment;
}

export const KERNEL_DENSITY_FAMILIES: readonly Family[] = [
  family('neighbors', readKernelDensity, 'KernelDensity'),
];

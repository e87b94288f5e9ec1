import type { KernelDensityStep } from '../model/kernel-density.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { flat, rowMax, rowSumOf } from './links.ts';
import { rankPoints } from './neighbors/distance.ts';
import { acceptedMatrix } from './refusal.ts';
import { cos } from './trigonometry.ts';

/** Distances from all points `[N, points]`, every column in its order, so that both sides of a bandwidth are told apart. */
function distancesOf({ g }: CompileContext, { points, metric }: KernelDensityStep, x: ValueName): ValueName {
  const { values, distances } = rankPoints(g, x, points, metric, points.cols);
  return distances(values, values);
}

const kernelDensity: StepCompiler<KernelDensityStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const value = (): ValueName => {
      const distances = distancesOf(context, step, x);
      const { kernel } = step;
      const log =
        kernel === 'gaussian' || kernel === 'exponential'
          ? logOfExponentials(context, step, distances)
          : g.add('Log', [rowSumOf(g, weighed(context, step, compactValues(context, step, distances)))]);
      return flat(context, g.add('Add', [log, g.float64([step.logNorm], [])]));
    };
    return { outputs: { score_samples: { dtype: 'float64', shape: [], value } } };
  },
  certify: () =>
    withinTolerance(
      'the logarithm of a sum: terms are those that scikit-learn adds and takes away, the bounds of the nodes of its tree, over the density, so its own answer loses all digits where the density is below 1e-13 of the peak that all points together could have',
    ),
};

/** A column of the graph a point: its weight, where it has one. */
function weighed({ g }: CompileContext, { weights }: KernelDensityStep, values: ValueName): ValueName {
  return weights === null ? values : g.add('Mul', [values, g.float64(weights, [1, weights.length])]);
}

/** `log Σ weight·exp(exponent)` `[N, 1]`, the greatest exponent taken out. */
function logOfExponentials(
  context: CompileContext,
  step: KernelDensityStep,
  distances: ValueName,
): ValueName {
  const { g } = context;
  const { kernel, bandwidth, weights } = step;
  const h = g.float64([bandwidth], []);
  const exponents =
    kernel === 'exponential'
      ? g.add('Div', [g.add('Neg', [distances]), h])
      : g.add('Div', [
          g.add('Mul', [g.add('Mul', [distances, distances]), g.float64([-0.5], [])]),
          g.float64([bandwidth * bandwidth], []),
        ]);
  const all =
    weights === null
      ? exponents
      : g.add('Add', [exponents, g.float64(weights.map(Math.log), [1, weights.length])]);
  const most = rowMax(g, all);
  const shift = g.add('Where', [g.add('IsInf', [most]), g.float64([0], []), most]);
  const sum = rowSumOf(g, g.add('Exp', [g.add('Sub', [all, shift])]));
  return g.add('Add', [g.add('Log', [sum]), shift]);
}

/** Kernels that end at the bandwidth: 0 from there on. */
function compactValues(
  { g }: CompileContext,
  { kernel, bandwidth }: KernelDensityStep,
  distances: ValueName,
): ValueName {
  const scalar = (value: number): ValueName => g.float64([value], []);
  const over = (value: ValueName, by: number): ValueName => g.add('Div', [value, scalar(by)]);
  const rest = (share: ValueName): ValueName => g.add('Sub', [scalar(1), share]);
  const within = (): ValueName => {
    switch (kernel) {
      case 'epanechnikov':
        return rest(over(g.add('Mul', [distances, distances]), bandwidth * bandwidth));
      case 'linear':
        return rest(over(distances, bandwidth));
      case 'cosine':
        return cos(g, over(g.add('Mul', [distances, scalar(0.5 * Math.PI)]), bandwidth));
      default:
        return scalar(1);
    }
  };
  return g.add('Where', [g.add('Less', [distances, scalar(bandwidth)]), within(), scalar(0)]);
}

export const KERNEL_DENSITY_COMPILERS: StepCompilers<KernelDensityStep> = { 'kernel-density': kernelDensity };

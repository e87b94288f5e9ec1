import type { Kernel } from '../../model/kernel.ts';
import { isType } from '../pickle/value.ts';
import type { EstimatorView } from './view.ts';

/** Kernels that one is made of; they may share parts, so that few objects would make many. */
const MAX_PARTS = 256;

/** Norms below it are none, from 1.0 on (`_handle_zeros_in_scale`). */
const NEGLIGIBLE = 10 * 2 ** -52;

const PAIRWISE = [
  'linear',
  'poly',
  'polynomial',
  'rbf',
  'laplacian',
  'sigmoid',
  'cosine',
  'chi2',
  'additive_chi2',
] as const;

/** What of a kernel the estimator leaves open. */
interface KernelNumbers {
  readonly gamma: number | null;
  readonly coef0: number;
  readonly degree: number;
}

/**
 * The kernel of `pairwise_kernels` that an estimator names, or a kernel object of Gaussian processes. Where it has no γ,
 * that is 1 / features, of `chi2` 1. Functions of the caller are refused.
 */
export function readPairwiseKernel(
  view: EstimatorView,
  field: string,
  features: number,
  numbers: KernelNumbers,
): Kernel {
  if (isType(view.get(field), 'object')) return readGaussianKernel(view.child(field), features);
  const kind = view.choice(field, PAIRWISE, 'linear');
  const gamma = numbers.gamma ?? (kind === 'chi2' ? 1 : 1 / features);
  const { coef0, degree } = numbers;
  switch (kind) {
    case 'linear':
      return { kind };
    case 'cosine':
      return { kind, negligible: view.since(1, 0) ? NEGLIGIBLE : 0 };
    case 'additive_chi2':
      return { kind: 'additive-chi2' };
    case 'sigmoid':
      return { kind, gamma, coef0 };
    case 'poly':
    case 'polynomial':
      return { kind: 'polynomial', gamma, coef0, degree };
    default:
      return { kind, gamma };
  }
}

/** `gamma`, `coef0` and `degree` of an estimator; None or absent is what `pairwise_kernels` takes then. */
export const kernelNumbers = (view: EstimatorView): KernelNumbers => ({
  gamma: optional(view, 'gamma') ?? null,
  coef0: optional(view, 'coef0') ?? 1,
  degree: optional(view, 'degree') ?? 3,
});

const optional = (view: EstimatorView, name: string): number | undefined =>
  view.get(name) === undefined || view.get(name) === null ? undefined : view.number(name);

/** A kernel object of `sklearn.gaussian_process.kernels`. */
export function readGaussianKernel(view: EstimatorView, features: number, read = { parts: 0 }): Kernel {
  read.parts += 1;
  if (read.parts > MAX_PARTS) throw view.unsupported('kernel', `more than ${MAX_PARTS} kernels`, 'fewer are');
  const inner = (name: string): Kernel => readGaussianKernel(view.child(name), features, read);
  const known = /^sklearn\.gaussian_process\.kernels\./.test(view.origin.class) ? view.className : '';
  switch (known) {
    case 'ConstantKernel':
      return { kind: 'constant', value: view.number('constant_value') };
    case 'WhiteKernel':
      return { kind: 'white', noise: view.number('noise_level') };
    case 'RBF':
      return scaled(view, features, { kind: 'rbf', gamma: 0.5 });
    case 'Matern':
      return scaled(view, features, maternOf(view));
    case 'RationalQuadratic':
      return {
        kind: 'rational-quadratic',
        length: view.number('length_scale'),
        alpha: view.number('alpha'),
      };
    case 'ExpSineSquared':
      return {
        kind: 'exp-sine-squared',
        length: view.number('length_scale'),
        period: view.number('periodicity'),
      };
    case 'DotProduct': {
      const constant: Kernel = { kind: 'constant', value: view.number('sigma_0') ** 2 };
      return { kind: 'sum', left: { kind: 'linear' }, right: constant };
    }
    case 'PairwiseKernel': {
      view.mustBeNone('pairwise_kernels_kwargs');
      return readPairwiseKernel(view, 'metric', features, {
        gamma: view.number('gamma'),
        coef0: 1,
        degree: 3,
      });
    }
    case 'Sum':
    case 'Product':
      return { kind: known === 'Sum' ? 'sum' : 'product', left: inner('k1'), right: inner('k2') };
    case 'Exponentiation':
      return { kind: 'power', of: inner('kernel'), exponent: view.number('exponent') };
    default:
      throw view.unsupported(
        'kernel',
        view.origin.class,
        'kernels of scikit-learn that are functions of rows are',
      );
  }
}

/** Of rows divided by `length_scale`. */
function scaled(view: EstimatorView, features: number, of: Kernel): Kernel {
  const lengths = view.vector('length_scale');
  if (lengths.length !== 1 && lengths.length !== features)
    throw view.invalid('length_scale', `${lengths.length} long`, `1 or ${features} long`);
  return { kind: 'scaled', lengths, of };
}

/** Orders whose kernel needs no Bessel function. */
function maternOf(view: EstimatorView): Kernel {
  const order = view.number('nu');
  if (order === Number.POSITIVE_INFINITY) return { kind: 'rbf', gamma: 0.5 };
  if (order === 0.5 || order === 1.5 || order === 2.5) return { kind: 'matern', order };
  throw view.unsupported('nu', String(order), '0.5, 1.5, 2.5 and infinity are');
}

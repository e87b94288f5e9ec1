import { expect, test } from 'vitest';
import type { ModelStep } from '../../model/step.ts';
import { KERNEL_FAMILIES } from './kernel-methods.ts';
import { floats, instance, int, objects, testReading } from './testing/values.ts';

function read(name: string, attributes: Record<string, unknown>): ModelStep {
  const family = KERNEL_FAMILIES.find(({ classes }) => classes.includes(name))!;
  return family.read(testReading().view(instance(`${family.module}.${name}`, attributes), ''))!;
}

const kernel = (name: string, attributes: Record<string, unknown>) =>
  instance(`sklearn.gaussian_process.kernels.${name}`, attributes);
const RBF = kernel('RBF', { length_scale: 1 });
const POINTS = floats([1, 2, 3, 4], [2, 2]);

const RIDGE = { X_fit_: POINTS, dual_coef_: floats([1, 2]), kernel: 'rbf' };
const PROCESS = { X_train_: POINTS, alpha_: floats([1, 2]), kernel_: RBF };
const NYSTROEM = { components_: POINTS, normalization_: floats([1, 0, 0, 1], [2, 2]), kernel: 'rbf' };
const PCA = {
  X_fit_: POINTS,
  eigenvectors_: POINTS,
  eigenvalues_: floats([2, 1]),
  kernel: 'linear',
  _centerer: instance('sklearn.preprocessing.KernelCenterer', {
    K_fit_rows_: floats([1, 2]),
    K_fit_all_: 1.5,
  }),
};
const SAMPLER = { random_weights_: POINTS, random_offset_: floats([1, 2]), n_components: int(2) };
const LATENT = {
  X_train_: POINTS,
  kernel_: RBF,
  pi_: floats([0.5, 0.5]),
  y_train_: floats([0, 1]),
  W_sr_: floats([0.5, 0.5]),
  L_: floats([1, 0, 0, 1], [2, 2]),
};
const latent = (change: Record<string, unknown>) =>
  instance('sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace', { ...LATENT, ...change });
const CLASSIFIER = { classes_: objects('a', 'b'), base_estimator_: latent({}) };
const ADDITIVE = { n_features_in_: int(2), sample_steps: int(2) };

test.each([
  ['KernelRidge', RIDGE, { dual_coef_: floats([1, 2, 3]) }, 'dual_coef_'],
  ['KernelRidge', RIDGE, { X_fit_: floats([], [0, 2]) }, 'X_fit_'],
  ['KernelRidge', RIDGE, { kernel: 'precomputed' }, 'kernel'],
  ['KernelRidge', RIDGE, { kernel: instance('mine.Kernel') }, 'kernel'],
  ['GaussianProcessRegressor', PROCESS, { _y_train_std: floats([1, 2]) }, '_y_train_std'],
  [
    'GaussianProcessRegressor',
    PROCESS,
    { kernel_: kernel('RBF', { length_scale: floats([1, 2, 3]) }) },
    'length_scale',
  ],
  ['GaussianProcessRegressor', PROCESS, { kernel_: kernel('Matern', { length_scale: 1, nu: 2 }) }, 'nu'],
  ['GaussianProcessRegressor', PROCESS, { kernel_: kernel('CompoundKernel', {}) }, 'kernel'],
  ['Nystroem', NYSTROEM, { normalization_: floats([1, 2, 3], [1, 3]) }, 'normalization_'],
  ['Nystroem', NYSTROEM, { kernel_params: int(1) }, 'kernel_params'],
  ['KernelPCA', PCA, { eigenvalues_: floats([1, 2, 3]) }, 'eigenvalues_'],
  ['KernelPCA', PCA, { eigenvectors_: floats([1, 2, 3], [3, 1]) }, 'eigenvectors_'],
  [
    'KernelCenterer',
    { K_fit_rows_: floats([1]) },
    { K_fit_rows_: floats(new Array(1025).fill(1)) },
    'K_fit_rows_',
  ],
  ['SkewedChi2Sampler', SAMPLER, { random_offset_: floats([1]) }, 'random_offset_'],
  ['AdditiveChi2Sampler', ADDITIVE, { sample_steps: int(1_000_000) }, 'sample_steps'],
  ['AdditiveChi2Sampler', ADDITIVE, { sample_steps: int(4) }, 'sample_interval'],
  ['GaussianProcessClassifier', CLASSIFIER, { base_estimator_: latent({ pi_: floats([1]) }) }, 'pi_'],
  [
    'GaussianProcessClassifier',
    CLASSIFIER,
    { base_estimator_: latent({ L_: POINTS, W_sr_: floats([1]) }) },
    'W_sr_',
  ],
  [
    'GaussianProcessClassifier',
    CLASSIFIER,
    { base_estimator_: latent({ L_: floats([1, 2], [1, 2]) }) },
    'L_',
  ],
  ['GaussianProcessClassifier', CLASSIFIER, { classes_: objects('a') }, 'classes_'],
])('%s whose state contradicts itself is refused by its place: %#', (name, fitted, change, field) => {
  expect(() => read(name, fitted)).not.toThrow();
  expect(() => read(name, { ...fitted, ...change })).toThrow(field);
});

test('kernels that share parts again and again are refused before they are unfolded', () => {
  let shared = RBF;
  for (let depth = 0; depth < 40; depth++) shared = kernel('Sum', { k1: shared, k2: shared });
  expect(() => read('GaussianProcessRegressor', { ...PROCESS, kernel_: shared })).toThrow('more than 256');
});

import type { FourierFeaturesStep } from '../../model/fourier-features.ts';
import { transposedMatrix } from '../../model/tensor.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

/** Numbers whose digits can be split without overflow. */
const LARGEST = 1e150;

/** RBFSampler: `√(2 / components) · cos(x · random_weights_ + random_offset_)`. */
function readRbfSampler(view: EstimatorView): FourierFeaturesStep {
  const weights = transposedMatrix(view.matrix('random_weights_'));
  if (weights.rows === 0 || weights.cols === 0)
    throw view.invalid('random_weights_', `${weights.cols}×${weights.rows}`, 'one column or more');
  if (!weights.data.every((weight) => Math.abs(weight) < LARGEST))
    throw view.unsupported('random_weights_', 'a number that is too large', `numbers below ${LARGEST} are`);
  return {
    kind: 'fourier-features',
    ...view.base(weights.cols),
    weights,
    offset: view.vector('random_offset_', weights.rows),
    factor: Math.sqrt(2 / weights.rows),
  };
}

export const FOURIER_FEATURES_FAMILIES: readonly Family[] = [
  family('kernel_approximation', readRbfSampler, 'RBFSampler'),
];

import type { LayerTable } from '../layer.ts';
import { trainingOnly } from './kind.ts';

/** What these layers do they do in training: they hand on their input. */
export const TRAINING_LAYERS: LayerTable = [
  'ActivityRegularization',
  'AlphaDropout',
  'Dropout',
  'GaussianDropout',
  'GaussianNoise',
  'Identity',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'SpatialDropout3D',
  'StochasticDepth',
].map((name) => [name, trainingOnly] as const);

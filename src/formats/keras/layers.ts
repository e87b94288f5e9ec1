import type { CompileLayer, LayerKind } from './layer.ts';
import { ACTIVATION_LAYERS } from './layers/activation.ts';
import { ADAPTIVE_POOLING_LAYERS } from './layers/adaptive-pooling.ts';
import { ATTENTION_LAYERS } from './layers/attention.ts';
import { CONV_LSTM_LAYERS } from './layers/conv-lstm.ts';
import { CONVOLUTION_LAYERS } from './layers/convolution.ts';
import { DENSE_LAYERS } from './layers/dense.ts';
import { EMBEDDING_LAYERS } from './layers/embedding.ts';
import { HASHING_LAYERS } from './layers/hashing.ts';
import { IMAGE_LAYERS } from './layers/image.ts';
import { LOOKUP_LAYERS } from './layers/lookup.ts';
import { MERGING_LAYERS } from './layers/merging.ts';
import { NORMALIZATION_LAYERS } from './layers/normalization.ts';
import { POOLING_LAYERS } from './layers/pooling.ts';
import { PREPROCESSING_LAYERS } from './layers/preprocessing.ts';
import { RECURRENT_LAYERS } from './layers/recurrent.ts';
import { RESHAPING_LAYERS } from './layers/reshaping.ts';
import { TEXT_LAYERS } from './layers/text.ts';
import { TRAINING_LAYERS } from './layers/training.ts';
import { WRAPPING_LAYERS } from './layers/wrapping.ts';
import { ELEMENTWISE_OPERATIONS } from './operations/elementwise.ts';
import { NEURAL_OPERATIONS } from './operations/neural.ts';
import { REARRANGING_OPERATIONS } from './operations/rearranging.ts';
import { REDUCING_OPERATIONS } from './operations/reductions.ts';
import { tensorflowFunction } from './operations/tensorflow.ts';

/** Every function of `keras.ops` that is read. */
export const KERAS_OPERATIONS: ReadonlyMap<string, CompileLayer> = new Map([
  ...ELEMENTWISE_OPERATIONS,
  ...REDUCING_OPERATIONS,
  ...REARRANGING_OPERATIONS,
  ...NEURAL_OPERATIONS,
]);

/** Every class of layers that is read, by the name that files have for it. */
export const KERAS_LAYERS: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>([
  ...ACTIVATION_LAYERS,
  ...ADAPTIVE_POOLING_LAYERS,
  ...ATTENTION_LAYERS,
  ...CONV_LSTM_LAYERS,
  ...CONVOLUTION_LAYERS,
  ...DENSE_LAYERS,
  ...EMBEDDING_LAYERS,
  ...HASHING_LAYERS,
  ...IMAGE_LAYERS,
  ...LOOKUP_LAYERS,
  ...MERGING_LAYERS,
  ...NORMALIZATION_LAYERS,
  ...POOLING_LAYERS,
  ...PREPROCESSING_LAYERS,
  ...RECURRENT_LAYERS,
  ...RESHAPING_LAYERS,
  ...TEXT_LAYERS,
  ...TRAINING_LAYERS,
  ...WRAPPING_LAYERS,
  // What Keras 2 keeps of functions between layers.
  ['TFOpLambda', tensorflowFunction(KERAS_OPERATIONS)],
  ['SlicingOpLambda', tensorflowFunction(KERAS_OPERATIONS)],
]);

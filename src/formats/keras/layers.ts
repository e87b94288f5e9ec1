import type { CompileLayer, LayerKind } from './layer.ts';
import { ACTIVATION_LAYERS } from './layers/activation.ts';
import { DENSE_LAYERS } from './layers/dense.ts';
import { TRAINING_LAYERS } from './layers/training.ts';

/** Every class of layers that is read, by the name that files have for it. */
export const KERAS_LAYERS: ReadonlyMap<string, LayerKind> = new Map([
  ...DENSE_LAYERS,
  ...ACTIVATION_LAYERS,
  ...TRAINING_LAYERS,
]);

/** Every function of `keras.ops` that is read. */
export const KERAS_OPERATIONS: ReadonlyMap<string, CompileLayer> = new Map<string, CompileLayer>();

import { type EvaluatedModel, type NativeEngine, nativeEngine } from './native-engine.ts';
import { COMMON_PREPARERS, isCommon, preparingWith } from './prepare-common.ts';

const prepareStep = preparingWith(COMMON_PREPARERS);

/** The engine of a model without rare steps, with less code than `createNativeEngine`; null for others. Throws as that does. */
export const createCommonEngine = (model: EvaluatedModel): NativeEngine | null =>
  isCommon(model.root) ? nativeEngine(model, prepareStep) : null;

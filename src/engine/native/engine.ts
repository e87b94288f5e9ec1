import { blockerOf, type CompileBlocker } from '../../model/blocker.ts';
import type { ModelStep } from '../../model/step.ts';
import { type EvaluatedModel, type NativeEngine, nativeEngine } from './native-engine.ts';
import { prepareStep } from './prepare.ts';

/** The engine of any model. Throws MODEL_UNSUPPORTED or MODEL_INVALID naming the step and field that stand in the way. */
export const createNativeEngine = (model: EvaluatedModel): NativeEngine => nativeEngine(model, prepareStep);

/** Whether this engine evaluates every step below `root`. */
export const hasNative = (root: ModelStep): boolean => nativeBlocker(root) === null;

/** The first step and field this engine can't evaluate, or null where it evaluates the whole model. */
export function nativeBlocker(root: ModelStep): CompileBlocker | null {
  try {
    prepareStep(root, []);
    return null;
  } catch (error) {
    return blockerOf(error);
  }
}

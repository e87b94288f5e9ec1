import { PlimsollError } from '../../core/errors.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import { placeOf } from '../../model/step-base.ts';

/** Refusals of one model, each with the field, what is there and what was wanted. */
export interface ModelRefusals {
  /** The file contradicts itself. */
  invalid(field: string, found: string, wanted: string): PlimsollError;
  /** The file is sound, and nothing here evaluates it. */
  unsupported(field: string, found: string, wanted: string): PlimsollError;
}

export const refusalsAt = (origin: StepOrigin): ModelRefusals => ({
  invalid: (field, found, wanted) =>
    new PlimsollError('MODEL_INVALID', { ...placeOf(origin), field, found, wanted }),
  unsupported: (field, found, wanted) =>
    new PlimsollError('MODEL_UNSUPPORTED', { ...placeOf(origin), field, found, wanted }),
});

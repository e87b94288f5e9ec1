import type { PlimsollError } from '../../core/errors.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';

/** Refusals of one model, each with the field, what is there and what was wanted. */
export interface ModelRefusals {
  /** The file contradicts itself. */
  invalid(field: string, found: string, wanted: string): PlimsollError;
  /** The file is sound, and nothing here evaluates it. */
  unsupported(field: string, found: string, wanted: string): PlimsollError;
}

export const refusalsAt = (origin: StepOrigin): ModelRefusals => ({
  invalid: (...said) => stepInvalid(origin, ...said),
  unsupported: (...said) => stepUnsupported(origin, ...said),
});

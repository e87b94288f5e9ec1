import { PlimsollError } from '../core/errors.ts';
import type { Step } from '../model/step.ts';
import { placeOf } from '../model/step-base.ts';

/** Refuses a step with the reason; what the table's hint says comes next for the reader. */
export const unsupported = (step: Step, field: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('MODEL_UNSUPPORTED', { ...placeOf(step.origin), field, found, wanted });

/** Refuses a description whose parts contradict each other. */
export const invalid = (step: Step, field: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('MODEL_INVALID', { ...placeOf(step.origin), field, found, wanted });

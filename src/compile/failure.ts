import { PlimsollError } from '../core/errors.ts';
import type { ModelStep } from '../model/step.ts';
import { placeOf } from '../model/step-base.ts';
import { modelUnsupported } from '../model/way-past.ts';

/** Refuses a step with the reason; what the table's hint says comes next for the reader. */
export const compileUnsupported = (
  step: ModelStep,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => modelUnsupported({ ...placeOf(step.origin), field, found, wanted });

/** Refuses a description whose parts contradict each other. */
export const invalidDescription = (
  step: ModelStep,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => new PlimsollError('MODEL_INVALID', { ...placeOf(step.origin), field, found, wanted });

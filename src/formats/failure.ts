import { PlimsollError } from '../core/errors.ts';
import { placeOf, type StepOrigin } from '../model/step-base.ts';
import { modelUnsupported, NOT_FITTED } from '../model/way-past.ts';

const details = (origin: StepOrigin, field: string, found: string, wanted: string) => ({
  ...placeOf(origin),
  field,
  found,
  wanted,
});

/** The step is sound but nothing here evaluates it: exit 4, with the field that blocks it. */
export const stepUnsupported = (
  origin: StepOrigin,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => modelUnsupported(details(origin, field, found, wanted));

/** The state contradicts itself: exit 3. */
export const stepInvalid = (
  origin: StepOrigin,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => new PlimsollError('MODEL_INVALID', details(origin, field, found, wanted));

/** A fitted attribute is absent. */
export const notFitted = (origin: StepOrigin, field: string): PlimsollError =>
  new PlimsollError('MODEL_NOT_FITTED', details(origin, field, NOT_FITTED, 'only fitted estimators are'));

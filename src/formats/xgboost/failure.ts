import type { PlimsollError } from '../../core/errors.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import type { DocumentPlace } from '../json/document-view.ts';

const BOOSTER_CLASS = 'xgboost.Booster';

const originOf = ({ path, offset }: DocumentPlace): StepOrigin => ({ path, class: BOOSTER_CLASS, offset });

/** The booster contradicts itself: exit 3. */
export const boosterInvalid = (
  place: DocumentPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => stepInvalid(originOf(place), field, found, wanted);

/** The booster is sound, but nothing here evaluates it: exit 4. */
export const boosterUnsupported = (
  place: DocumentPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => stepUnsupported(originOf(place), field, found, wanted);

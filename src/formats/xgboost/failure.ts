import { PlimsollError } from '../../core/errors.ts';
import type { DocumentPlace } from '../json/document-view.ts';

const BOOSTER_CLASS = 'xgboost.Booster';

const details = ({ path, offset }: DocumentPlace, field: string, found: string, wanted: string) => ({
  path: path === '' ? 'the model' : path,
  class: BOOSTER_CLASS,
  offset,
  field,
  found,
  wanted,
});

/** The booster contradicts itself: exit 3. */
export const boosterInvalid = (
  place: DocumentPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => new PlimsollError('MODEL_INVALID', details(place, field, found, wanted));

/** The booster is sound, but nothing here evaluates it: exit 4. */
export const boosterUnsupported = (
  place: DocumentPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => new PlimsollError('MODEL_UNSUPPORTED', details(place, field, found, wanted));

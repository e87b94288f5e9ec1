import { PlimsollError } from '../../core/errors.ts';

/** Where in a booster something was found: a dotted path, and the byte at which the object that holds it begins. */
export interface BoosterPlace {
  readonly path: string;
  readonly offset: number;
}

const BOOSTER_CLASS = 'xgboost.Booster';

const details = ({ path, offset }: BoosterPlace, field: string, found: string, wanted: string) => ({
  path: path === '' ? 'the model' : path,
  class: BOOSTER_CLASS,
  offset,
  field,
  found,
  wanted,
});

/** The booster contradicts itself: exit 3. */
export const boosterInvalid = (
  place: BoosterPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => new PlimsollError('MODEL_INVALID', details(place, field, found, wanted));

/** The booster is sound, but nothing here evaluates it: exit 4. */
export const boosterUnsupported = (
  place: BoosterPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => new PlimsollError('MODEL_UNSUPPORTED', details(place, field, found, wanted));

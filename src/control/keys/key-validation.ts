/** What may be asked of a key, wherever the request comes from. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import {
  ENDPOINT_NAME_MAX,
  KEY_ENDPOINTS_MAX,
  KEY_NAME,
  KEYS_MAX,
  type KeyRequest,
  LIFE_MAX_MS,
  LIFE_MIN_MS,
} from './port.ts';

/**
 * Throws REQUEST_INVALID. One key that those who read the list of keys cannot take would keep every other change of it from
 * them, the end of a stolen key among them.
 */
export function validateKeyRequest({ name, endpoints, lifeMillis }: KeyRequest): void {
  if (!KEY_NAME.test(name))
    throw invalid(
      `the name of the key is ${JSON.stringify(name.slice(0, 100))}, wanted up to 100 letters, digits, ".", "_" or "-"`,
    );
  const isName = (one: string): boolean => one !== '' && one.length <= ENDPOINT_NAME_MAX;
  if (endpoints.length > KEY_ENDPOINTS_MAX || !endpoints.every(isName))
    throw invalid(
      `its endpoints are no list of up to ${KEY_ENDPOINTS_MAX} names of 1 to ${ENDPOINT_NAME_MAX} characters`,
    );
  if (lifeMillis !== null) checkSpan('its life', lifeMillis, LIFE_MIN_MS);
}

/** Throws REQUEST_INVALID for what is no time that a key holds on beside its successor. */
export const validateOverlap = (millis: number): void => checkSpan('the overlap', millis, 0);

/** Throws REQUEST_INVALID where as many keys hold already as there may be. */
export function validateKeyCount(active: number): void {
  if (active >= KEYS_MAX) throw invalid(`${active} keys hold already, which is as many as may: revoke some`);
}

function checkSpan(what: string, millis: number, least: number): void {
  if (Number.isInteger(millis) && millis >= least && millis <= LIFE_MAX_MS) return;
  throw invalid(`${what} is ${millis} milliseconds, wanted ${least} to ${LIFE_MAX_MS}`);
}

const invalid = (problems: string): PlimsollError =>
  new PlimsollError('REQUEST_INVALID', { problems, list: [problems] });

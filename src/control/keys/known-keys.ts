/** Keys as a file: what processes without a store know of them. Hashes only, never a key. Pure. */
import { isRecord } from '../../core/record.ts';
import { SCOPES } from '../../store/scopes.ts';
import { ENDPOINT_NAME_MAX, KEY_ENDPOINTS_MAX, KEYS_MAX, type KnownKey } from './port.ts';

const FORMAT = 1;
const SHA256 = /^[0-9a-f]{64}$/;

export const formatKnownKeys = (keys: readonly KnownKey[]): string =>
  `${JSON.stringify({ format: FORMAT, keys }, null, 1)}\n`;

/** The keys of a text that `formatKnownKeys` or a person has written; a text is answered where it is none, and says why. */
export function parseKnownKeys(text: string): readonly KnownKey[] | string {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isRecord(read) || read['format'] !== FORMAT) return `it has no "format": ${FORMAT}`;
  const { keys } = read;
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) return `"keys" is no list of at most ${KEYS_MAX}`;
  if (!keys.every(isKnown))
    return `key ${keys.findIndex((one) => !isKnown(one)) + 1} is no {name, scope, endpoints, sha256, expiresAt}`;
  return keys;
}

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= ENDPOINT_NAME_MAX;

const isKnown = (value: unknown): value is KnownKey =>
  isRecord(value) &&
  isName(value['name']) &&
  SCOPES.some((scope) => scope === value['scope']) &&
  Array.isArray(value['endpoints']) &&
  value['endpoints'].length <= KEY_ENDPOINTS_MAX &&
  value['endpoints'].every(isName) &&
  SHA256.test(String(value['sha256'])) &&
  (value['expiresAt'] === null || Number.isFinite(value['expiresAt']));

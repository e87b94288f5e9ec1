import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessSettings } from '../../config/access.ts';
import type { Contract } from '../../config/contract.ts';
import { hashOfKey } from '../../control/keys/api-key.ts';
import { parseKnownKeys } from '../../control/keys/known-keys.ts';
import type { KnownKey } from '../../control/keys/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { RefusalReason } from '../../serving/metrics/serving-metrics.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import { AccessControl } from './access.ts';
import { ApiKeyRing } from './keyring.ts';

/** Where the control plane writes the keys that hold, for processes that have no store. */
export const keysPath = (dataDir: string): string => join(dataDir, 'access', 'keys.json');

interface Env {
  readonly [name: string]: string | undefined;
}

/** Name of the key that PLIMSOLL_TOKEN is. */
const TOKEN_NAME = 'PLIMSOLL_TOKEN';

/**
 * Keys that the environment gives: PLIMSOLL_TOKEN for everything, and PLIMSOLL_KEYS, the text of a file of keys. Throws
 * CONFIG_INVALID.
 */
export function keysInEnv(env: Env): readonly KnownKey[] {
  const { PLIMSOLL_TOKEN: token, PLIMSOLL_KEYS: text } = env as Record<string, string | undefined>;
  const keys = text === undefined ? [] : parseKnownKeys(text);
  if (typeof keys === 'string') {
    const problems = `PLIMSOLL_KEYS: ${keys}, wanted what \`plimsoll keys export\` writes`;
    throw new PlimsollError('CONFIG_INVALID', { problems, list: [problems] });
  }
  return token === undefined || token.trim() === '' ? keys : [...keys, tokenAsKey(token.trim())];
}

/** What files of secrets end with is no part of it; what no header can bring would keep everybody out. */
function tokenAsKey(token: string): KnownKey {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const problems = `${TOKEN_NAME}: it has characters other than visible ASCII, wanted letters, digits or signs`;
    throw new PlimsollError('CONFIG_INVALID', { problems, list: [problems] });
  }
  return { name: TOKEN_NAME, scope: 'admin', endpoints: [], sha256: hashOfKey(token), expiresAt: null };
}

/** Throws FILE_NOT_FOUND where a file of keys was named that is not there: nobody of those in it would come in. */
export function checkKeysFile(path: string | null): void {
  if (path !== null && !existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
}

export interface OpenAccessOptions {
  readonly settings: AccessSettings;
  /** Where the control plane leaves its keys; null where there is none. */
  readonly dataDir: string | null;
  readonly contract?: Contract | undefined;
  readonly env: Env;
  readonly logger: Logger;
  readonly onRefusal?: (why: RefusalReason) => void;
}

export interface OpenedAccess {
  readonly access: AccessControl;
  /** Keys that are known now. */
  readonly keys: number;
  close(): void;
}

/** Who may ask a process that serves, by the keys that hold while it does. Throws CONFIG_INVALID, FILE_NOT_FOUND. */
export async function openAccess(options: OpenAccessOptions): Promise<OpenedAccess> {
  const { settings, dataDir, contract, env, logger, onRefusal } = options;
  // Where there is a control plane, it has looked before.
  if (dataDir === null) checkKeysFile(settings.keysFile);
  const files = [settings.keysFile, dataDir && keysPath(dataDir)].filter((path) => path !== null);
  const ring = new ApiKeyRing({ files, fixed: keysInEnv(env), logger });
  if (settings.mode === 'keys') await ring.follow();
  const access = new AccessControl({
    settings,
    find: (key) => ring.find(key),
    clock: SYSTEM_CLOCK,
    healthPaths: contract?.healthRoute ? [contract.healthRoute] : [],
    ...(onRefusal && { onRefusal }),
  });
  return { access, keys: ring.size, close: () => ring.close() };
}

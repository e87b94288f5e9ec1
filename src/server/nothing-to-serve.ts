import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import type { ControlSettings } from './control-settings.ts';

/** Name of the database in a data folder. */
export const STORE_FILE = 'plimsoll.db';

/** CONFIG_INVALID: there is neither a file nor anything of before. */
export function nothingToServe(dataDir: string): PlimsollError {
  const problems = `no model file is given, and "${dataDir}" holds no model that was served before (--empty begins without one)`;
  return new PlimsollError('CONFIG_INVALID', { problems, list: [problems] });
}

/** Whether there can be nothing to serve, as far as can be seen without opening or making anything. */
export const isBlank = (
  { files, watch, storeUrl, empty }: Pick<ControlSettings, 'files' | 'watch' | 'storeUrl' | 'empty'>,
  dataDir: string,
): boolean =>
  !empty &&
  files.length === 0 &&
  watch === null &&
  storeUrl === null &&
  !existsSync(join(dataDir, STORE_FILE));

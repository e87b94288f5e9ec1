import { appendFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { makeFoldersSync } from '../../../disk/make-folders.ts';
import type { PythonDemands } from '../../../python/demands.ts';
import { fileUnwritable } from '../../files/text-file.ts';

/** What is kept of a person's word about a file that a command runs; of versions, their manifest and the audit log have it. */
export interface TrustLogEntry {
  readonly by: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** sha256 of the file, or over all files of a folder. */
  readonly digest: string;
  readonly file: string;
  readonly command: string;
  readonly allow: PythonDemands['allow'];
}

/** Who uses this machine: `ana@laptop`. */
export const userAtHost = (): string => `${userInfo().username}@${hostname()}`;

/**
 * Adds a line to `DATA/trust.jsonl`, before anything of the model runs. One write in append mode: lines of commands that run
 * at once stand one after the other. Throws FILE_UNWRITABLE.
 */
export function recordTrust(dataDir: string, line: TrustLogEntry): void {
  const path = join(dataDir, 'trust.jsonl');
  try {
    makeFoldersSync(dataDir, 0o700);
    appendFileSync(path, `${JSON.stringify(line)}\n`, { flag: 'a', mode: 0o600 });
  } catch (error) {
    throw fileUnwritable(path, error);
  }
}

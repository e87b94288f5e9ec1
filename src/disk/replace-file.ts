/** Files that are replaced as a whole, while others read them. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFoldersSync } from './make-folders.ts';

export interface ReplaceOptions {
  readonly mode?: number;
  /** Several processes write the file: each writes beside it under a name of its own. */
  readonly isShared?: boolean;
}

/**
 * Writes beside the file and renames: whoever reads it sees all of the old content or all of the new. After a power failure
 * it may be either (`writeDurably` waits for the disk). Throws what the file system does; nothing is left beside the file.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode, isShared = false }: ReplaceOptions = {},
): Promise<void> {
  const temporary = isShared ? `${path}.${process.pid}.tmp` : `${path}.tmp`;
  try {
    await writeFile(temporary, content, mode === undefined ? {} : { mode });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * The same in one turn, for what nobody but its owner may read, not for a moment; makes the folder where there is none.
 * `flush` waits for the disk: what can be written anew is not worth the milliseconds. Throws what the file system does.
 */
export function replacePrivateFile(path: string, content: string, { flush }: { flush: boolean }): void {
  const temporary = `${path}.${process.pid}.tmp`;
  makeFoldersSync(dirname(path), 0o700);
  rmSync(temporary, { force: true });
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: 'wx', flush });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

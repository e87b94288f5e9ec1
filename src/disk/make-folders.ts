/** Makes a folder, and those above it that are not there. */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from '../core/error-text.ts';

/**
 * As `mkdir -p`. Node's own never ends where a folder that is there refuses others as if it were not: it goes on asking for a
 * parent, as fast as it can. So do `/proc`, and a relative path where the working folder is gone.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    await makeFolders(parent);
    await mkdir(path).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again;
    });
  }
}

/** The same at once: the first folder that was made, as `mkdirSync` says it, or undefined. `mode` is that of all which are made. */
export function makeFoldersSync(path: string, mode?: number): string | undefined {
  try {
    mkdirSync(path, { mode });
    return path;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EEXIST' && statSync(path).isDirectory()) return undefined;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    const first = makeFoldersSync(parent, mode);
    // The parent is there now: another process may have been faster, and nothing else is tried again.
    return makeOne(path, mode) ? (first ?? path) : first;
  }
}

function makeOne(path: string, mode: number | undefined): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

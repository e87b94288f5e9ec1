/** Writes the folder of an advice: all of it, or nothing. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { AdvisedFile } from './blueprint.ts';

/**
 * The folder appears under its name once everything is in it. One that is there and holds anything is left alone, unless
 * `force`: then files of these names are replaced, each as a whole, and others stay. Throws FOLDER_TAKEN, FILE_UNWRITABLE.
 */
export function writeFolder(folder: string, files: readonly AdvisedFile[], force = false): void {
  const path = resolve(folder);
  const taken = takenIn(path);
  if (taken !== null && !force) throw new PlimsollError('FOLDER_TAKEN', { path: taken });
  const staged = `${path}.writing-${process.pid}`;
  try {
    for (const { name, text } of files) {
      mkdirSync(dirname(join(staged, name)), { recursive: true });
      writeFileSync(join(staged, name), text, { flag: 'wx' });
    }
    if (taken === null) rmSync(path, { recursive: true, force: true });
    if (taken === null) renameSync(staged, path);
    else replaceIn(path, staged, files);
  } catch (cause) {
    throw new PlimsollError('FILE_UNWRITABLE', { path, reason: messageOf(cause) }, { cause });
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

/** What is in the way: the path itself where it is a file, or what lies in it; null where nothing does. */
function takenIn(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (!stat.isDirectory()) return path;
  const [first] = readdirSync(path);
  return first === undefined ? null : join(path, first);
}

function replaceIn(path: string, staged: string, files: readonly AdvisedFile[]): void {
  for (const { name } of files) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    renameSync(join(staged, name), join(path, name));
  }
}

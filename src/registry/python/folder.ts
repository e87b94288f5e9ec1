import { lstatSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';

/** A file below a folder, by its path from there, with `/` on every system. */
export interface FolderFile {
  readonly path: string;
  readonly size: number;
}

export interface FolderLimits {
  readonly files: number;
  readonly bytes: number;
}

const DEPTH = 32;
/** What interpreters and version control leave behind: it names nothing that a model needs. */
const LEFT_OUT = /^(?:__pycache__|\.git|\.hg|\.svn|\.ipynb_checkpoints|\.DS_Store)$|\.py[co]$/;

/**
 * Every file below `folder`, sorted by path. A link could lead anywhere, and a pipe holds whoever opens it: `refuse` makes the
 * error for those, and for what is over a limit. What caches and version control leave behind is no part of it.
 */
export function filesBelow(
  folder: string,
  limits: FolderLimits,
  refuse: (reason: string) => PlimsollError,
): readonly FolderFile[] {
  const files: FolderFile[] = [];
  let bytes = 0;
  const walk = (below: string, depth: number): void => {
    if (depth > DEPTH) throw refuse(`its folders are nested more than ${DEPTH} deep`);
    for (const name of readdirSync(join(folder, below)).sort()) {
      if (LEFT_OUT.test(name)) continue;
      const path = below === '' ? name : `${below}/${name}`;
      const stat = lstatSync(join(folder, path));
      if (stat.isDirectory()) walk(path, depth + 1);
      else if (!stat.isFile()) throw refuse(`"${path}" is ${stat.isSymbolicLink() ? 'a link' : 'no file'}`);
      else {
        bytes += stat.size;
        files.push({ path, size: stat.size });
        if (files.length > limits.files) throw refuse(`it holds more than ${limits.files} files`);
        if (bytes > limits.bytes) throw refuse(`its files are larger than ${limits.bytes} bytes together`);
      }
    }
  };
  walk('', 0);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Bytes of all files below a folder. Throws FILE_UNREADABLE where it holds a link, or anything else that is no file. */
export function folderBytes(path: string): number {
  const everything = { files: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
  const refuse = (reason: string): PlimsollError => new PlimsollError('FILE_UNREADABLE', { path, reason });
  return filesBelow(path, everything, refuse).reduce((sum, { size }) => sum + size, 0);
}

/** Whether `path` names something below a folder, however it is written. */
export const isBelow = (path: string): boolean =>
  path !== '' &&
  !path.includes('\\') &&
  !path.includes('\0') &&
  !isAbsolute(path) &&
  normalize(path) === path &&
  path.split('/').every((part) => part !== '..' && part !== '.' && part !== '');

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

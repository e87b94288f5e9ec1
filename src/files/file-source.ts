import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import type { ByteSource } from '../formats/format.ts';

/** A file on disk. Parts are read as they are asked for, and none is kept: who has understood a large file lets go of its bytes. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #path: string;
  readonly #opened: string[] = [];

  constructor(path: string, size: number) {
    this.#path = path;
    this.name = basename(path);
    this.size = size;
  }

  slice(start: number, end: number): Uint8Array {
    if (start < 0 || start > end || end > this.size) throw this.#short(start, end, this.size - start);
    return this.#read(start, end);
  }

  #short(start: number, end: number, left: number): PlimsollError {
    const found = Math.max(0, left);
    return new PlimsollError('READ_TRUNCATED', {
      what: `"${this.name}"`,
      offset: start,
      found,
      wanted: end - start,
    });
  }

  /** Never more than the size at opening, whatever the file has become since; one read gives at most 2 GiB. */
  #read(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start);
    withFile(this.#path, (file) => {
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(file, bytes, at, Math.min(bytes.length - at, MAX_READ), start + at);
        if (read === 0) throw this.#short(start, end, at);
        at += read;
      }
    });
    return bytes;
  }

  /** A regular file in the same folder or below it; links are not followed, they could lead anywhere. */
  sibling(name: string): ByteSource | null {
    const parts = name.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || basename(part) !== part))
      return null;
    let path = dirname(this.#path);
    for (const [depth, part] of parts.entries()) {
      path = join(path, part);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (depth < parts.length - 1 ? !stat?.isDirectory() : !stat?.isFile()) return null;
    }
    const stat = lstatSync(path);
    this.#opened.push(path);
    return new FileSource(path, stat.size);
  }

  /** Paths of the files beside this one that were opened so far, each once. */
  get sideFiles(): readonly string[] {
    return [...new Set(this.#opened)];
  }
}

const MAX_READ = 2 ** 30;

/** What the system says about a file that it does not give, in words. */
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EACCES', 'permission is denied'],
  ['EPERM', 'permission is denied'],
  ['ELOOP', 'its links lead in a circle'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EIO', 'the disk reports an error'],
  ['ENXIO', 'it is a socket'],
]);

/** Opens a regular file, gives it to `use`, and closes it. Errors: FILE_NOT_FOUND, FILE_UNREADABLE. */
export function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  let file: number | null = null;
  try {
    // Without O_NONBLOCK a named pipe would hold the process until somebody writes to it.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new PlimsollError('FILE_UNREADABLE', { path, reason: `it is ${kindOf(stat)}` });
    return use(file, stat.size);
  } catch (cause) {
    throw systemError(path, cause);
  } finally {
    if (file !== null) closeSync(file);
  }
}

const kindOf = (stat: Stats): string =>
  stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a named pipe' : 'a device';

function systemError(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause) || !('code' in cause)) return cause;
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
    return new PlimsollError('FILE_NOT_FOUND', { path }, { cause });
  const reason = REASONS.get(cause.code) ?? `the system answers ${cause.code}`;
  return new PlimsollError('FILE_UNREADABLE', { path, reason }, { cause });
}

/** Opens a regular file. Errors: FILE_NOT_FOUND, FILE_UNREADABLE (a folder, a device, no permission). */
export const openFile = (path: string): FileSource =>
  withFile(path, (_file, size) => new FileSource(path, size));

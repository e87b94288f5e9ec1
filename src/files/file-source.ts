import { closeSync, lstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import type { ByteSource } from '../formats/format.ts';

/** Without the habits of a Buffer, whose slice() does not copy. */
const plain = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);

/** A file on disk. Parts are read as they are asked for; the whole is kept once it was read. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #path: string;
  readonly #opened: string[] = [];
  #whole: Uint8Array | null = null;

  constructor(path: string, size: number) {
    this.#path = path;
    this.name = basename(path);
    this.size = size;
  }

  slice(start: number, end: number): Uint8Array {
    if (start < 0 || start > end || end > this.size) throw this.#short(start, end, this.size - start);
    if (this.#whole === null && end - start === this.size) this.#whole = plain(readFileSync(this.#path));
    if (this.#whole === null) return this.#part(start, end);
    if (end > this.#whole.length) throw this.#short(start, end, this.#whole.length - start);
    return this.#whole.subarray(start, end);
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

  #part(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start);
    const file = openSync(this.#path, 'r');
    try {
      const read = readSync(file, bytes, 0, bytes.length, start);
      if (read < bytes.length) throw this.#short(start, end, read);
    } finally {
      closeSync(file);
    }
    return bytes;
  }

  /** A regular file in the same folder; links are not followed, they could lead anywhere. */
  sibling(name: string): ByteSource | null {
    if (basename(name) !== name) return null;
    const path = join(dirname(this.#path), name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile()) return null;
    this.#opened.push(path);
    return new FileSource(path, stat.size);
  }

  /** Paths of the files beside this one that were opened so far, each once. */
  get sideFiles(): readonly string[] {
    return [...new Set(this.#opened)];
  }
}

/** Opens a regular file. Errors: FILE_NOT_FOUND, FILE_UNREADABLE (a folder, no permission). */
export function openFile(path: string): FileSource {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new PlimsollError('FILE_NOT_FOUND', { path });
  if (!stat.isFile())
    throw new PlimsollError('FILE_UNREADABLE', {
      path,
      reason: stat.isDirectory() ? 'it is a folder' : 'it is no regular file',
    });
  return new FileSource(path, stat.size);
}

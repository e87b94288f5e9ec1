/** Folders as one `.tar.gz`, which Spark unpacks once on every executor. The same files give the same bytes. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';

/** A file, or all files below a folder, and the name it has in the archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly path: string;
}

const BLOCK = 512;
/** Fields of a header (POSIX.1-1988, ustar): offset and length. */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  prefix: [345, 155],
} as const;
/** What twelve octal digits hold. */
const SIZE_MAX = 8 ** 11 - 1;
const MODE = 0o755;

/** Writes an archive. Throws FILE_UNWRITABLE, and SPARK_UNSUPPORTED for files that the format does not hold. */
export async function writeArchive(path: string, entries: readonly ArchiveEntry[]): Promise<void> {
  const files = (await Promise.all(entries.map(filesOf))).flat();
  try {
    // Weights do not compress; what is sent is mostly that.
    await pipeline(blocks(files), createGzip({ level: 1 }), createWriteStream(path));
  } catch (cause) {
    if (cause instanceof PlimsollError) throw cause;
    throw new PlimsollError('FILE_UNWRITABLE', { path, reason: messageOf(cause) }, { cause });
  }
}

async function filesOf({ name, path }: ArchiveEntry): Promise<ArchiveEntry[]> {
  if (!(await stat(path)).isDirectory()) return [{ name, path }];
  const found = await readdir(path, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ name: join(name, file.slice(path.length + 1)), path: file }));
}

async function* blocks(files: readonly ArchiveEntry[]): AsyncGenerator<Uint8Array> {
  for (const { name, path } of files) {
    const { size } = await stat(path);
    yield headerOf(name, size);
    for await (const piece of createReadStream(path)) yield piece;
    yield new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
  }
  // Two blocks of zeros end an archive.
  yield new Uint8Array(2 * BLOCK);
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const put = ([at, length]: readonly [number, number], text: string): void => {
    header.write(text, at, length);
  };
  const octal = ([at, length]: readonly [number, number], value: number): void =>
    put([at, length], value.toString(8).padStart(length - 1, '0'));
  const [prefix, rest] = splitName(name, size);
  put(FIELD.name, rest);
  octal(FIELD.mode, MODE);
  octal(FIELD.uid, 0);
  octal(FIELD.gid, 0);
  octal(FIELD.size, size);
  octal(FIELD.mtime, 0);
  put(FIELD.type, '0');
  put(FIELD.magic, 'ustar\x0000');
  put(FIELD.prefix, prefix);
  // The sum is taken with its own field full of spaces.
  put(FIELD.checksum, ' '.repeat(FIELD.checksum[1]));
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(FIELD.checksum, `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** Names of up to 255 bytes are kept in two parts, cut at a slash. */
function splitName(name: string, size: number): [string, string] {
  const bytes = (text: string): number => Buffer.byteLength(text);
  if (size > SIZE_MAX) throw unsupported(`${name} has ${size} bytes, an archive holds ${SIZE_MAX} of a file`);
  if (bytes(name) <= FIELD.name[1]) return ['', name];
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (bytes(prefix) <= FIELD.prefix[1] && bytes(rest) <= FIELD.name[1]) return [prefix, rest];
  }
  throw unsupported(`the name ${name} is too long for an archive`);
}

const unsupported = (reason: string): PlimsollError => new PlimsollError('SPARK_UNSUPPORTED', { reason });

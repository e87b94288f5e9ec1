import { crc32 } from '../../bytes/crc32.ts';
import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { unpack } from '../codecs/unpack.ts';
import type { DecompressionCodec } from '../format.ts';
import { readDirectory, type ZipEntry } from './directory.ts';

const LOCAL = 0x04034b50;
/** Sizes and CRC follow the data, as programs write them that cannot go back. */
const STREAMED = 1 << 3;
const LARGE = 0xffffffff;
const ZIP64 = 1;

/**
 * A zip archive as data. The central directory is the truth: each local header must repeat it, no two files may share a byte,
 * and what comes out of a file has the size and the CRC that the directory states.
 * Errors: READ_TRUNCATED, READ_CORRUPT, READ_UNSAFE, READ_LIMIT, each with the byte offset in the archive.
 */
export class ZipArchive {
  readonly #bytes: Uint8Array;
  readonly #codecs: readonly DecompressionCodec[];
  readonly #budget: ReadBudget;
  readonly #files = new Map<string, { readonly entry: ZipEntry; readonly start: number }>();

  constructor(bytes: Uint8Array, codecs: readonly DecompressionCodec[], budget: ReadBudget) {
    this.#bytes = bytes;
    this.#codecs = codecs;
    this.#budget = budget;
    budget.unpacks();
    const entries = [...readDirectory(bytes, budget)].sort((a, b) => a.offset - b.offset);
    let free = 0;
    for (const entry of entries) {
      if (entry.offset < free)
        throw this.#corrupt(entry, 'bytes that belong to another file too', 'files one after another');
      const start = this.#dataStart(entry);
      free = start + entry.packedSize;
      if (free > bytes.length)
        throw this.#corrupt(entry, `${entry.packedSize} bytes`, 'bytes inside the archive');
      this.#files.set(entry.name, { entry, start });
    }
  }

  /** Names of the files, in the order in which they lie in the archive. */
  get names(): Iterable<string> {
    return this.#files.keys();
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  /** What a file holds: a view of the archive where it is stored. READ_CORRUPT where there is none of that name. */
  read(name: string): Uint8Array {
    const file = this.#files.get(name);
    if (file === undefined)
      throw new PlimsollError('READ_CORRUPT', {
        what: 'a zip archive',
        offset: 0,
        found: `no file ${JSON.stringify(name.slice(0, 80))}`,
        wanted: 'that file in it',
      });
    const { entry, start } = file;
    const packed = this.#bytes.subarray(start, start + entry.packedSize);
    const content = entry.method === 0 ? packed : this.#inflate(entry, packed, start);
    if (content.length !== entry.size)
      throw this.#corrupt(entry, `${content.length} bytes`, `${entry.size} bytes`);
    if (crc32(content) !== entry.crc) throw this.#corrupt(entry, 'another checksum (CRC-32)', 'intact data');
    return content;
  }

  #inflate(entry: ZipEntry, data: Uint8Array, offset: number): Uint8Array {
    const stream = { data, id: 'deflate', size: entry.size, what: this.#nameOf(entry), offset } as const;
    return unpack(stream, this.#codecs, this.#budget);
  }

  /** Checks the local header against the directory, and answers where the data starts. */
  #dataStart(entry: ZipEntry): number {
    const what = this.#nameOf(entry);
    const cursor = new ByteCursor(this.#bytes, Math.min(entry.offset, this.#bytes.length));
    const signature = cursor.u32(what);
    cursor.advance(2, what);
    const [flags, method] = [cursor.u16(what), cursor.u16(what)];
    cursor.advance(4, what);
    const crc = cursor.u32(what);
    const sizes = [cursor.u32(what), cursor.u32(what)] as const;
    const [nameLength, extra] = [cursor.u16(what), cursor.u16(what)];
    const name = cursor.take(nameLength, what);
    const [packedSize, size] = wideSizes(cursor.take(extra, what), sizes, what);
    const isSame = crc === entry.crc && packedSize === entry.packedSize && size === entry.size;
    const isLeftOut = (flags & STREAMED) !== 0 && [crc, packedSize, size].every((value) => value === 0);
    const agrees =
      signature === LOCAL &&
      flags === entry.flags &&
      method === entry.method &&
      (isSame || isLeftOut) &&
      name.length === entry.rawName.length &&
      name.every((byte, i) => byte === entry.rawName[i]);
    if (!agrees) throw this.#corrupt(entry, 'a header that says something else', 'what the directory says');
    return cursor.offset;
  }

  #nameOf = ({ name }: ZipEntry): string => `${JSON.stringify(name.slice(0, 80))} in a zip archive`;

  #corrupt(entry: ZipEntry, found: string, wanted: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', {
      what: this.#nameOf(entry),
      offset: entry.offset,
      found,
      wanted,
    });
  }
}

/** Packed and unpacked size of a local header: where both are 2^32 - 1, its ZIP64 part has them (numpy writes every file so). */
function wideSizes(
  extra: Uint8Array,
  sizes: readonly [number, number],
  what: string,
): readonly [packed: number, size: number] {
  if (sizes.some((size) => size !== LARGE)) return sizes;
  const cursor = new ByteCursor(extra);
  while (cursor.left > 0) {
    const [id, length] = [cursor.u16(what), cursor.u16(what)];
    const field = new ByteCursor(cursor.take(length, what));
    if (id !== ZIP64) continue;
    const size = field.u64(what);
    return [field.u64(what), size];
  }
  return sizes;
}

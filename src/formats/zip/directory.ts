import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { decodeLatin1, decodeUtf8 } from '../pickle/text.ts';

/** The central directory of a zip archive (PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16). */

const WHAT = 'a zip archive';
const END = { signature: 0x06054b50, size: 22 };
const END_64 = { signature: 0x06064b50, size: 56 };
const LOCATOR_64 = { signature: 0x07064b50, size: 20 };
const ENTRY = 0x02014b50;
/** Stands in 16 and 32 bits for a number that only the ZIP64 records hold. */
const [MANY, LARGE] = [0xffff, 0xffffffff];
const MAX_COMMENT = 0xffff;
const UTF8 = 1 << 11;
/** Encryption, patches and masked headers. */
const REFUSED_FLAGS = (1 << 0) | (1 << 5) | (1 << 6) | (1 << 13);
/** Bytes that one entry takes in memory, about. */
const ENTRY_BYTES = 300;

/** One file of an archive, as the central directory has it. */
export interface ZipEntry {
  readonly name: string;
  /** Name as bytes, which the local header must repeat. */
  readonly rawName: Uint8Array;
  readonly flags: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Position of the local header. */
  readonly offset: number;
}

interface Directory {
  readonly entries: number;
  readonly start: number;
  readonly end: number;
}

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });
const unsafe = (offset: number, found: string): PlimsollError =>
  new PlimsollError('READ_UNSAFE', { what: WHAT, offset, found });

/** Entries of the archive in the order of the directory; names are plain and each is there once. */
export function readDirectory(bytes: Uint8Array, budget: ReadBudget): readonly ZipEntry[] {
  const { entries, start, end } = findDirectory(bytes);
  const cursor = new ByteCursor(bytes, start, end);
  const names = new Set<string>();
  const found: ZipEntry[] = [];
  for (let i = 0; i < entries; i++) {
    budget.count('members', WHAT, cursor.offset);
    budget.charge(ENTRY_BYTES, WHAT, cursor.offset);
    const at = cursor.offset;
    const entry = readEntry(cursor);
    if (names.has(entry.name.normalize('NFC')))
      throw unsafe(at, `two files called ${JSON.stringify(entry.name)}: programs differ on which one counts`);
    names.add(entry.name.normalize('NFC'));
    found.push(entry);
  }
  if (cursor.left > 0)
    throw corrupt(cursor.offset, `${cursor.left} bytes more`, `a directory of ${entries} entries`);
  return found;
}

/** The end record is the last of its kind, and its comment ends with the file: others read it the same way. */
function findDirectory(bytes: Uint8Array): Directory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = bytes.length - END.size;
  const lowest = Math.max(0, at - MAX_COMMENT);
  while (at >= lowest && view.getUint32(at, true) !== END.signature) at -= 1;
  if (at < lowest)
    throw new PlimsollError('READ_TRUNCATED', {
      what: WHAT,
      offset: bytes.length,
      found: 0,
      wanted: 'the directory at the end of the archive, and more',
    });
  const cursor = new ByteCursor(bytes, at + 4);
  const [disk, directoryDisk, here] = [cursor.u16(WHAT), cursor.u16(WHAT), cursor.u16(WHAT)];
  const record = { entries: cursor.u16(WHAT), size: cursor.u32(WHAT), start: cursor.u32(WHAT) };
  const comment = cursor.u16(WHAT);
  if (comment !== cursor.left) throw corrupt(at, `${cursor.left} bytes after it`, `a comment of ${comment}`);
  if (disk !== 0 || directoryDisk !== 0 || here !== record.entries)
    throw corrupt(at, 'a part of a split archive', 'one file');
  const isWide = record.entries === MANY || record.size === LARGE || record.start === LARGE;
  const isAlsoWide = !isWide && at - LOCATOR_64.size >= 0 && hasLocator(view, at - LOCATOR_64.size, record);
  const { entries, size, start, before } =
    isWide || isAlsoWide ? findWideDirectory(bytes, at) : { ...record, before: at };
  if (isAlsoWide && (entries !== record.entries || size !== record.size || start !== record.start))
    throw corrupt(at, 'ZIP64 records that say something else', 'what the end record says');
  if (start + size !== before)
    throw corrupt(at, `a directory from byte ${start} to ${start + size}`, `one that ends at ${before}`);
  return { entries, start, end: before };
}

/** Whether ZIP64 records stand before an end record that has no need of them: torch writes them always. */
const hasLocator = (view: DataView, at: number, { start, size }: { start: number; size: number }): boolean =>
  start + size !== at + LOCATOR_64.size && view.getUint32(at, true) === LOCATOR_64.signature;

/** The ZIP64 end record: 65,535 files and more. */
function findWideDirectory(
  bytes: Uint8Array,
  end: number,
): Omit<Directory, 'end'> & { size: number; before: number } {
  const at = end - LOCATOR_64.size - END_64.size;
  const cursor = new ByteCursor(bytes, Math.max(0, at), end);
  const isRecord = at >= 0 && cursor.u32(WHAT) === END_64.signature && cursor.u64(WHAT) === END_64.size - 12;
  if (!isRecord) throw corrupt(end, 'an end record without its ZIP64 part', 'both');
  cursor.advance(4, WHAT);
  const [disk, directoryDisk] = [cursor.u32(WHAT), cursor.u32(WHAT)];
  const [here, entries, size, start] = [
    cursor.u64(WHAT),
    cursor.u64(WHAT),
    cursor.u64(WHAT),
    cursor.u64(WHAT),
  ];
  const locator = [cursor.u32(WHAT), cursor.u32(WHAT), cursor.u64(WHAT), cursor.u32(WHAT)];
  const agrees = [LOCATOR_64.signature, 0, at, 1].every((value, i) => locator[i] === value);
  if (disk !== 0 || directoryDisk !== 0 || here !== entries || !agrees)
    throw corrupt(at, 'ZIP64 records that disagree', 'one file with one directory');
  return { entries, size, start, before: at };
}

function readEntry(cursor: ByteCursor): ZipEntry {
  const at = cursor.offset;
  const signature = cursor.u32(WHAT);
  if (signature !== ENTRY) throw corrupt(at, `0x${signature.toString(16)}`, 'an entry of the directory');
  cursor.advance(4, WHAT);
  const [flags, method] = [cursor.u16(WHAT), cursor.u16(WHAT)];
  cursor.advance(4, WHAT);
  const [crc, packedSize, size] = [cursor.u32(WHAT), cursor.u32(WHAT), cursor.u32(WHAT)];
  const [nameLength, extra, comment] = [cursor.u16(WHAT), cursor.u16(WHAT), cursor.u16(WHAT)];
  const disk = cursor.u16(WHAT);
  cursor.advance(6, WHAT);
  const offset = cursor.u32(WHAT);
  const rawName = cursor.take(nameLength, WHAT);
  cursor.advance(extra + comment, WHAT);
  const name = flags & UTF8 ? decodeUtf8(rawName, WHAT, at) : decodeLatin1(rawName);
  if (!isPlainPath(name)) throw unsafe(at, `the file name ${JSON.stringify(name.slice(0, 80))}`);
  if (flags & REFUSED_FLAGS) throw unsafe(at, `${JSON.stringify(name)}, which is encrypted or a patch`);
  if (method !== 0 && method !== 8)
    throw unsafe(at, `${JSON.stringify(name)}, compressed by method ${method}: stored and deflated are read`);
  if (disk !== 0 || [packedSize, size, offset].includes(LARGE))
    throw corrupt(at, 'a file of 4 GiB or in another part', 'smaller files in one archive');
  return { name, rawName, flags, method, crc, packedSize, size, offset };
}

/** A path that stays inside whatever it is below of, and that is written in one way only. */
function isPlainPath(name: string): boolean {
  if (/[\\:]/.test(name) || name.includes('\0')) return false;
  const folder = name.endsWith('/') ? name.slice(0, -1) : name;
  return folder.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

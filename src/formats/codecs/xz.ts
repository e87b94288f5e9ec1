import { crc32 } from '../../bytes/crc32.ts';
import { ByteCursor } from '../../bytes/cursor.ts';
import { elementAt } from '../../core/element-at.ts';
import type { DecompressionCodec } from '../format.ts';
import { crc64 } from './checksum.ts';
import { LzmaDecoder, type LzmaProperties, parseProperties } from './lzma-decoder.ts';
import { corruptStream, DecodedOutput } from './output.ts';

/** `.xz` ("The .xz File Format" 1.2.1, tukaani.org) with the one filter that Python writes, LZMA2. */

const WHAT = 'an .xz file';
const HEADER_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const FOOTER_MAGIC = 0x5a59;
const LZMA2_FILTER = 0x21;
/** Bytes of the check, by its id (section 2.1.1.2). */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
/** A chunk that resets everything takes microseconds and may hold a single byte. */
const RESET_WORK = 256;
const CRC32_CHECK = 1;
const CRC64_CHECK = 4;

interface BlockSizes {
  readonly unpadded: number;
  readonly uncompressed: number;
}

/** Variable-length integer of at most nine bytes; only safe integers are accepted. */
function readVarint(cursor: ByteCursor): number {
  const start = cursor.offset;
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = cursor.u8(WHAT);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (!Number.isSafeInteger(value)) break;
      return value;
    }
  }
  throw corruptStream(WHAT, start, 'an integer past 53 bits', 'a size');
}

function checkCrc(cursor: ByteCursor, start: number, what: string): void {
  const expected = crc32(cursor.bytes.subarray(start, cursor.offset));
  if (cursor.u32(WHAT) !== expected)
    throw corruptStream(WHAT, start, `a ${what} checksum that does not match`, 'intact bytes');
}

/** Stream header: magic, flags (0, check id), CRC. */
function readStreamHeader(cursor: ByteCursor): number {
  const magic = cursor.take(6, WHAT);
  if (magic.some((byte, i) => byte !== HEADER_MAGIC[i]))
    throw corruptStream(WHAT, cursor.offset - 6, 'other bytes', 'the start of a stream');
  const start = cursor.offset;
  const [reserved, check] = [cursor.u8(WHAT), cursor.u8(WHAT)];
  if (reserved !== 0 || check > 15)
    throw corruptStream(WHAT, start, `stream flags ${reserved}, ${check}`, 'a check id');
  checkCrc(cursor, start, 'header');
  return check;
}

/** Block header; its sizes are optional and repeated in the index, so only the filter matters. */
function readBlockHeader(cursor: ByteCursor): void {
  const start = cursor.offset;
  const end = start + 4 * cursor.u8(WHAT);
  const flags = cursor.u8(WHAT);
  if ((flags & 0x3f) !== 0)
    throw corruptStream(WHAT, start, `block flags 0x${flags.toString(16)}`, 'one filter');
  if (flags & 0x40) readVarint(cursor);
  if (flags & 0x80) readVarint(cursor);
  const filter = readVarint(cursor);
  const size = readVarint(cursor);
  if (filter !== LZMA2_FILTER || size !== 1)
    throw corruptStream(WHAT, start, `filter 0x${filter.toString(16)}`, 'LZMA2');
  cursor.u8(WHAT);
  if (cursor.offset > end)
    throw corruptStream(WHAT, start, 'a block header past its size', `${end - start} bytes`);
  cursor.advance(end - cursor.offset, WHAT);
  checkCrc(cursor, start, 'block header');
}

/** LZMA2 chunks: a control byte says what to reset and how many bytes follow. */
function decodeLzma2(cursor: ByteCursor, output: DecodedOutput): void {
  let decoder: LzmaDecoder | null = null;
  let properties: LzmaProperties | null = null;
  let dictionary = -1;
  for (let control = cursor.u8(WHAT); control !== 0; control = cursor.u8(WHAT)) {
    const at = cursor.offset - 1;
    if (control >= 0xe0 || control === 1) dictionary = output.length;
    if (dictionary < 0)
      throw corruptStream(WHAT, at, 'a chunk before the first dictionary', 'a dictionary reset');
    if (control < 0x80) {
      if (control > 2)
        throw corruptStream(WHAT, at, `control byte 0x${control.toString(16)}`, 'an LZMA2 chunk');
      output.push(cursor.take(readSize(cursor), WHAT), at);
      if (control === 1) decoder = null;
      continue;
    }
    const size = (control & 0x1f) * 65536 + readSize(cursor);
    const packed = readSize(cursor);
    if (control >= 0xc0) properties = parseProperties(cursor.u8(WHAT), at);
    if (properties === null)
      throw corruptStream(WHAT, at, 'a chunk before the first properties', 'a properties reset');
    if (control >= 0xa0) {
      output.work(RESET_WORK);
      decoder = new LzmaDecoder(output, properties, dictionary);
    }
    if (decoder === null) throw corruptStream(WHAT, at, 'a chunk that goes on from nothing', 'a state reset');
    output.reserve(size, at);
    const start = cursor.advance(packed, WHAT);
    const end = decoder.decode(cursor.bytes, start, start + packed, output.length + size);
    if (end !== start + packed)
      throw corruptStream(WHAT, end, 'bytes after the end of a chunk', 'the next chunk');
  }
}

/** Two bytes, the high one first, of a size less one. */
const readSize = (cursor: ByteCursor): number => cursor.u8(WHAT) * 256 + cursor.u8(WHAT) + 1;

function readBlock(cursor: ByteCursor, output: DecodedOutput, check: number): BlockSizes {
  const start = cursor.offset;
  const outputStart = output.length;
  readBlockHeader(cursor);
  decodeLzma2(cursor, output);
  const unpadded = cursor.offset - start + elementAt(CHECK_SIZES, check);
  while ((cursor.offset - start) % 4 !== 0)
    if (cursor.u8(WHAT) !== 0) throw corruptStream(WHAT, cursor.offset - 1, 'padding', 'zero bytes');
  const content = output.bytes.subarray(outputStart, output.length);
  const at = cursor.offset;
  let intact = true;
  if (check === CRC32_CHECK) intact = cursor.u32(WHAT) === crc32(content);
  else if (check === CRC64_CHECK) {
    const [low, high] = crc64(content);
    intact = cursor.u32(WHAT) === low && cursor.u32(WHAT) === high;
  } else cursor.advance(elementAt(CHECK_SIZES, check), WHAT);
  if (!intact) throw corruptStream(WHAT, at, 'a block checksum that does not match', 'an intact block');
  return { unpadded, uncompressed: content.length };
}

/** Index and footer repeat the sizes of the blocks: all of them must agree. */
function readIndex(cursor: ByteCursor, blocks: readonly BlockSizes[], check: number): void {
  const start = cursor.offset;
  cursor.u8(WHAT);
  const disagrees = (): Error =>
    corruptStream(WHAT, start, 'an index that disagrees with the blocks', 'the sizes of the blocks');
  if (readVarint(cursor) !== blocks.length) throw disagrees();
  for (const block of blocks)
    if (readVarint(cursor) !== block.unpadded || readVarint(cursor) !== block.uncompressed) throw disagrees();
  while ((cursor.offset - start) % 4 !== 0) cursor.u8(WHAT);
  checkCrc(cursor, start, 'index');
  const indexSize = cursor.offset - start;
  const expected = cursor.u32(WHAT);
  const footer = cursor.offset;
  const backward = 4 * (cursor.u32(WHAT) + 1);
  const [reserved, footerCheck] = [cursor.u8(WHAT), cursor.u8(WHAT)];
  const intact =
    crc32(cursor.bytes.subarray(footer, cursor.offset)) === expected && cursor.u16(WHAT) === FOOTER_MAGIC;
  if (!intact || backward !== indexSize || reserved !== 0 || footerCheck !== check)
    throw corruptStream(WHAT, footer, 'a damaged footer', 'the end of the stream');
}

function readStream(cursor: ByteCursor, output: DecodedOutput): void {
  const check = readStreamHeader(cursor);
  const blocks: BlockSizes[] = [];
  while (cursor.peek() !== 0) blocks.push(readBlock(cursor, output, check));
  readIndex(cursor, blocks, check);
  while (cursor.left >= 4 && cursor.peek() === 0) cursor.advance(4, WHAT);
}

export const xz: DecompressionCodec = {
  id: 'xz',
  decompress(data, limit, tick) {
    const cursor = new ByteCursor(data);
    const output = new DecodedOutput(limit, WHAT, tick);
    do {
      readStream(cursor, output);
      tick();
    } while (cursor.left > 0);
    return output.finish();
  },
};

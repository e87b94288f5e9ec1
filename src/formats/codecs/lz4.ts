import { ByteCursor } from '../../bytes/cursor.ts';
import type { DecompressionCodec } from '../format.ts';
import { xxh32 } from './checksum.ts';
import { corruptStream, DecodedOutput } from './output.ts';

/**
 * LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md). Own code because
 * the npm decoders trust the sizes in the header and check neither offsets nor the output's size.
 */

const WHAT = 'an LZ4 frame';
const MAGIC = 0x184d2204;
const SKIPPABLE = 0x184d2a50;

interface FrameHeader {
  readonly independent: boolean;
  readonly blockChecksum: boolean;
  readonly contentChecksum: boolean;
  readonly contentSize: number | null;
  readonly maxBlock: number;
}

function readHeader(cursor: ByteCursor): FrameHeader {
  const start = cursor.offset;
  const flags = cursor.u8(WHAT);
  const descriptor = cursor.u8(WHAT);
  const sizeCode = (descriptor >> 4) & 7;
  if (flags >> 6 !== 1 || (flags & 2) !== 0 || sizeCode < 4)
    throw corruptStream(WHAT, start, `flags 0x${flags.toString(16)}`, 'version 1');
  if ((flags & 1) !== 0)
    throw corruptStream(WHAT, start, 'a frame that needs a dictionary', 'a frame that stands alone');
  const contentSize = (flags & 8) !== 0 ? cursor.u64(WHAT) : null;
  const expected = (xxh32(cursor.bytes.subarray(start, cursor.offset)) >>> 8) & 0xff;
  if (cursor.u8(WHAT) !== expected)
    throw corruptStream(WHAT, start, 'a header checksum that does not match', 'an intact header');
  return {
    independent: (flags & 0x20) !== 0,
    blockChecksum: (flags & 0x10) !== 0,
    contentChecksum: (flags & 4) !== 0,
    contentSize,
    maxBlock: 2 ** (8 + 2 * sizeCode),
  };
}

/** A length of 15 in the token goes on in bytes of 255. */
function extend(cursor: ByteCursor, length: number): number {
  let total = length;
  for (let byte = length === 15 ? 255 : 0; byte === 255; ) {
    byte = cursor.u8(WHAT);
    total += byte;
  }
  return total;
}

/** One compressed block; matches may reach back to `floor`. */
function decodeBlock(cursor: ByteCursor, output: DecodedOutput, floor: number): void {
  while (cursor.left > 0) {
    const token = cursor.u8(WHAT);
    output.push(cursor.take(extend(cursor, token >> 4), WHAT), cursor.offset);
    if (cursor.left === 0) return;
    const distance = cursor.u16(WHAT);
    if (distance === 0 || distance > output.length - floor) {
      throw corruptStream(
        WHAT,
        cursor.offset,
        `a match ${distance} bytes back`,
        `one within ${output.length - floor} bytes`,
      );
    }
    output.copy(distance, extend(cursor, token & 15) + 4, cursor.offset);
  }
}

function decodeFrame(cursor: ByteCursor, output: DecodedOutput): void {
  const header = readHeader(cursor);
  const frameStart = output.length;
  for (;;) {
    const word = cursor.u32(WHAT);
    if (word === 0) break;
    const size = word & 0x7fffffff;
    const at = cursor.offset;
    if (size > header.maxBlock)
      throw corruptStream(WHAT, at, `a block of ${size} bytes`, `at most ${header.maxBlock}`);
    const block = cursor.take(size, WHAT);
    const blockStart = output.length;
    if (word >>> 31 === 1) output.push(block, at);
    else
      decodeBlock(
        new ByteCursor(cursor.bytes, at, at + size),
        output,
        header.independent ? blockStart : frameStart,
      );
    if (output.length - blockStart > header.maxBlock)
      throw corruptStream(WHAT, at, 'a block that unpacks past its size', `${header.maxBlock} bytes`);
    if (header.blockChecksum && cursor.u32(WHAT) !== xxh32(block))
      throw corruptStream(WHAT, at, 'a block checksum that does not match', 'an intact block');
  }
  checkContent(cursor, header, output.bytes.subarray(frameStart, output.length));
}

function checkContent(cursor: ByteCursor, header: FrameHeader, content: Uint8Array): void {
  if (header.contentSize !== null && header.contentSize !== content.length) {
    throw corruptStream(
      WHAT,
      cursor.offset,
      `${content.length} bytes`,
      `the ${header.contentSize} bytes its header says`,
    );
  }
  if (header.contentChecksum && cursor.u32(WHAT) !== xxh32(content)) {
    throw corruptStream(WHAT, cursor.offset, 'a content checksum that does not match', 'intact content');
  }
}

export const lz4: DecompressionCodec = {
  id: 'lz4',
  decompress(data, limit, tick) {
    const cursor = new ByteCursor(data);
    const output = new DecodedOutput(limit, WHAT, tick);
    do {
      const magic = cursor.u32(WHAT);
      if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) cursor.advance(cursor.u32(WHAT), WHAT);
      else if (magic === MAGIC) decodeFrame(cursor, output);
      else throw corruptStream(WHAT, cursor.offset - 4, `0x${magic.toString(16)}`, 'the start of a frame');
    } while (cursor.left > 0);
    return output.finish();
  },
};

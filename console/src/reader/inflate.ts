/** Deflate, zlib and gzip in a browser: within a limit on what comes out, and with their checksums. */
import { Gunzip, Inflate, Unzlib } from 'fflate';
import { PlimsollError } from '../../../src/core/errors.ts';
import { corruptStream, DecodedOutput } from '../../../src/formats/codecs/output.ts';
import type { DecompressionCodec } from '../../../src/formats/format.ts';

/** Bytes given at once: a stream grows by 1032 times at most, so that what is made beyond the limit stays below 17 MB. */
const PIECE = 2 ** 14;

type Streams = typeof Inflate | typeof Unzlib | typeof Gunzip;

/** What the last bytes of a stream say of all that came out of it; throws READ_CORRUPT. */
type CheckEnd = (data: Uint8Array, output: Uint8Array, what: string) => void;

function codec(
  id: 'deflate' | 'zlib' | 'gzip',
  Stream: Streams,
  checkEnd: CheckEnd | null,
): DecompressionCodec {
  const what = `a ${id} stream`;
  return {
    id,
    decompress(data, limit, tick) {
      if (data.length === 0)
        throw new PlimsollError('READ_TRUNCATED', { what, offset: 0, found: 0, wanted: 'more' });
      const output = new DecodedOutput(limit, what, tick);
      let at = 0;
      const stream = new Stream((piece) => output.push(piece, at));
      try {
        for (; at < data.length; at += PIECE)
          stream.push(data.subarray(at, at + PIECE), at + PIECE >= data.length);
      } catch (error) {
        throw readError(error, what, at, data.length);
      }
      checkEnd?.(data, output.finish(), what);
      return output.finish();
    },
  };
}

/** How fflate says that a stream is cut short (`FlateErrorCode.UnexpectedEOF`). */
const CUT_SHORT = 0;

function readError(error: unknown, what: string, at: number, size: number): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return error;
  if (error.code === CUT_SHORT)
    return new PlimsollError('READ_TRUNCATED', { what, offset: size, found: 0, wanted: 'more' });
  return corruptStream(what, at, error.message, 'intact data');
}

const word = (data: Uint8Array, at: number, isLittle: boolean): number =>
  new DataView(data.buffer, data.byteOffset).getUint32(at, isLittle);

/** RFC 1950: four bytes of Adler-32 end the stream, so that what follows them is found, too. */
function checkAdler(data: Uint8Array, output: Uint8Array, what: string): void {
  const at = data.length - 4;
  if (at < 2) throw new PlimsollError('READ_TRUNCATED', { what, offset: 0, found: data.length, wanted: 6 });
  if (word(data, at, false) !== adler32(output))
    throw corruptStream(what, at, 'another checksum, or bytes after the end', 'the Adler-32 of its content');
}

/** RFC 1952: the length of what came out of the last member, modulo 2^32, is all that is checked of several. */
function checkLength(data: Uint8Array, output: Uint8Array, what: string): void {
  const at = data.length - 4;
  if (at < 14) throw new PlimsollError('READ_TRUNCATED', { what, offset: 0, found: data.length, wanted: 18 });
  const length = word(data, at, true);
  if (length > output.length || (length === output.length && word(data, at - 4, true) !== crc32(output)))
    throw corruptStream(what, at, 'another checksum, or bytes after the end', 'the CRC-32 of its content');
}

/** Sums are taken modulo the prime before they pass 2^32: after 5552 bytes at most. */
const ADLER_RUN = 5552;
const ADLER_PRIME = 65_521;

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let from = 0; from < bytes.length; from += ADLER_RUN) {
    const to = Math.min(bytes.length, from + ADLER_RUN);
    for (let at = from; at < to; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= ADLER_PRIME;
    high %= ADLER_PRIME;
  }
  return ((high << 16) | low) >>> 0;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

export const INFLATE: readonly DecompressionCodec[] = [
  // Of files in archives the archive has length and checksum.
  codec('deflate', Inflate, null),
  codec('zlib', Unzlib, checkAdler),
  codec('gzip', Gunzip, checkLength),
];

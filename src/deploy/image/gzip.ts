import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';
import { PlimsollError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import type { Digest } from './layout.ts';
import { BASE_LOCK } from './lock.ts';

/**
 * gzip (RFC 1952) whose bytes depend on the input alone: the header names neither time, file nor system, and the compressor
 * is the one that the lock names. Another zlib finds other matches, which is another digest of the same files.
 */

const OPTIONS: ZlibOptions = { level: 6, windowBits: 15, memLevel: 8, chunkSize: 1 << 20 };
/** Method deflate, no flags, time 0, system "unknown". */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff);
/** What the compressor is handed at a time: were it what happens to arrive, its output might follow it. */
const PIECE = 1 << 20;
const PROBE_BYTES = 1 << 20;

export const digestOfBytes = (bytes: Uint8Array | string): Digest => `sha256:${sha256Hex(bytes)}`;

/** Digest of a file's bytes. */
export async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: PIECE })) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

/** What this process's compressor makes of bytes that always are the same, some of which repeat. */
export function probe(): Digest {
  const bytes = new Uint8Array(PROBE_BYTES);
  for (let i = 0, state = 0x9e3779b9; i < bytes.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // Long and short distances, near misses, and stretches without any match.
    bytes[i] = (state & 7) === 0 || i < 4096 ? state & 0xff : bytes[i - 1 - (((state >>> 8) & 0xfff) % i)]!;
  }
  return digestOfBytes(deflateRawSync(bytes, OPTIONS));
}

/**
 * Refuses to write layers with a compressor that gives other bytes than the pinned one: IMAGE_COMPRESSOR. The version is
 * not enough: the same one takes other ways on other processors.
 */
export function checkCompressor(
  pinned: typeof BASE_LOCK.zlib = BASE_LOCK.zlib,
  found = process.versions.zlib,
): void {
  const details = { found, wanted: pinned.version, node: pinned.node };
  if (found !== pinned.version) throw new PlimsollError('IMAGE_COMPRESSOR', details);
  if (probe() !== pinned.probe)
    throw new PlimsollError('IMAGE_COMPRESSOR', {
      ...details,
      found: `${found} on ${process.arch}, whose bytes differ`,
    });
}

/** What became of a stream. */
export interface CompressedBlob {
  readonly digest: Digest;
  readonly size: number;
  /** Of what was compressed. */
  readonly diffId: Digest;
  readonly unpackedSize: number;
}

/** Compresses pieces into a new file, which is on the disk when this resolves. */
export async function compressTo(path: string, pieces: AsyncIterable<Uint8Array>): Promise<CompressedBlob> {
  const [plain, packed] = [createHash('sha256'), createHash('sha256')];
  let [size, unpackedSize, check] = [0, 0, 0];
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const piece of ofOneSize(pieces)) {
      plain.update(piece);
      check = crc32(piece, check);
      unpackedSize += piece.length;
      yield piece;
    }
  }
  async function* framed(deflated: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    yield HEADER;
    yield* deflated;
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(check, 0);
    trailer.writeUInt32LE(unpackedSize % 2 ** 32, 4);
    yield trailer;
  }
  async function* counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      packed.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  const file = createWriteStream(path, { flags: 'wx', mode: 0o644, flush: true });
  await pipeline(read, createDeflateRaw(OPTIONS), framed, counted, file);
  const digest: Digest = `sha256:${packed.digest('hex')}`;
  return { digest, size, diffId: `sha256:${plain.digest('hex')}`, unpackedSize };
}

/** The same bytes in pieces of `PIECE`, and a last one. */
async function* ofOneSize(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafe(PIECE);
  let filled = 0;
  for await (const bytes of pieces) {
    for (let offset = 0; offset < bytes.length; ) {
      const taken = Math.min(PIECE - filled, bytes.length - offset);
      piece.set(bytes.subarray(offset, offset + taken), filled);
      filled += taken;
      offset += taken;
      if (filled < PIECE) continue;
      yield piece;
      piece = Buffer.allocUnsafe(PIECE);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

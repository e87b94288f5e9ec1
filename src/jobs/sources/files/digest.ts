/** Freezing one file: its digest by pieces, and its layout in the same pass. */

import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { elementAt } from '../../../core/element-at.ts';
import type { PieceStore } from '../source.ts';
import type { LayoutScanner } from './format.ts';
import { changed, type FileState, openInput, stateFrom, stateOf } from './input-file.ts';

/** Bytes of a piece: what is hashed anew after a crash, at most. */
export const PIECE_BYTES = 64 * 2 ** 20;
/** Bytes hashed in one turn of the loop: about 2 ms, so that signals and timers go on. */
const PART_BYTES = 4 * 2 ** 20;

export interface DigestOptions {
  readonly pieces: PieceStore;
  readonly scanner: LayoutScanner | null;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads a file once: answers the sha256 over the hex digests of its pieces, joined by newlines; the scanner has seen all
 * bytes then. Pieces that are known are not read again. Throws FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_CHANGED where the
 * file is no longer in the state it was in.
 */
export async function digestInput(path: string, before: FileState, options: DigestOptions): Promise<string> {
  const handle = await openInput(path);
  try {
    const digests: string[] = [];
    for (let piece = 0; piece * PIECE_BYTES < before.size; piece++) {
      const end = Math.min((piece + 1) * PIECE_BYTES, before.size);
      digests.push(await pieceDigest(handle, path, before, piece, end, options));
    }
    const after = stateFrom(path, await handle.stat({ bigint: true }));
    const there = await stateOf(path).catch(() => null);
    if (after.id !== before.id || there?.id !== before.id)
      throw changed(path, 'another size, time or inode', 'those that it had before it was read');
    return createHash('sha256').update(digests.join('\n')).digest('hex');
  } finally {
    await handle.close();
  }
}

async function pieceDigest(
  handle: FileHandle,
  path: string,
  { id }: FileState,
  piece: number,
  end: number,
  { pieces, scanner, onBytes, signal }: DigestOptions,
): Promise<string> {
  const start = piece * PIECE_BYTES;
  const known = pieces.get(id, piece);
  if (known !== undefined) {
    const [digest = '', found] = known.split(' ', 2);
    if (found !== undefined) scanner?.restore(found);
    onBytes(end - start);
    return digest;
  }
  const hash = createHash('sha256');
  await eachPart(handle, path, start, end, signal, (part) => {
    take(hash, scanner, part);
    onBytes(part.length);
  });
  const digest = hash.digest('hex');
  await pieces.put(id, piece, scanner ? `${digest} ${scanner.endPiece()}` : digest);
  return digest;
}

function take(hash: Hash, scanner: LayoutScanner | null, part: Buffer): void {
  hash.update(part);
  scanner?.update(part);
}

/** Gives `[start, end)` in parts, reading the next one while a part is worked on. */
async function eachPart(
  handle: FileHandle,
  path: string,
  start: number,
  end: number,
  signal: AbortSignal,
  work: (part: Buffer) => void,
): Promise<void> {
  const buffers = [Buffer.allocUnsafe(PART_BYTES), Buffer.allocUnsafe(PART_BYTES)] as const;
  const read = async (at: number, turn: number): Promise<Buffer> => {
    const wanted = Math.min(PART_BYTES, end - at);
    const { bytesRead, buffer } = await handle.read(elementAt(buffers, turn % 2), 0, wanted, at);
    // Cut short while it is read.
    if (bytesRead === 0 && wanted > 0) throw changed(path, `an end at byte ${at}`, `${end} bytes at least`);
    return buffer.subarray(0, bytesRead);
  };
  let next = read(start, 0);
  for (let at = start, turn = 1; at < end; turn++) {
    const part = await next;
    signal.throwIfAborted();
    at += part.length;
    next = at < end ? read(at, turn) : Promise.resolve(part);
    // Whoever throws below leaves this one waiting.
    next.catch(() => undefined);
    work(part);
  }
}

/** Messages over blocking pipes: a process that does nothing but answer them needs no event loop in between. */
import { readSync, writeSync } from 'node:fs';
import { systemCodeOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { ANSWER, REQUEST_BYTES_MAX } from './arrow.ts';

const LENGTH_BYTES = 4;

/**
 * The next request of `fd`, or null at the end. Throws READ_LIMIT where it is too long, READ_TRUNCATED where it breaks off.
 */
export function readRequest(fd: number): Uint8Array | null {
  const head = new Uint8Array(LENGTH_BYTES);
  const got = fill(fd, head);
  if (got === 0) return null;
  if (got < LENGTH_BYTES) throw truncated(got, LENGTH_BYTES);
  const length = new DataView(head.buffer).getUint32(0, true);
  if (length > REQUEST_BYTES_MAX) {
    const details = { what: 'a request', offset: 0, found: length, limit: REQUEST_BYTES_MAX };
    throw new PlimsollError('READ_LIMIT', { ...details, name: 'bytes of a request' });
  }
  const request = new Uint8Array(length);
  const read = fill(fd, request);
  if (read < length) throw truncated(read, length);
  return request;
}

const truncated = (found: number, wanted: number): PlimsollError =>
  new PlimsollError('READ_TRUNCATED', { what: 'a request', offset: found, found: 0, wanted: wanted - found });

/** Reads until the bytes are full or the pipe ends; answers how many were read. */
function fill(fd: number, bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const read = waiting(() => readSync(fd, bytes, at, bytes.length - at, null));
    if (read === 0) return at;
    at += read;
  }
  return at;
}

/** Writes one answer to `fd`, given in pieces or as what becomes JSON. Throws EPIPE where nobody listens any more. */
export function writeArrowAnswer(
  fd: number,
  kind: keyof typeof ANSWER,
  content: readonly Uint8Array[] | Readonly<Record<string, unknown>> | PlimsollError,
): void {
  const pieces = Array.isArray(content) ? (content as Uint8Array[]) : [Buffer.from(JSON.stringify(content))];
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head.writeUInt8(ANSWER[kind], 0);
  head.writeUInt32LE(
    pieces.reduce((bytes, piece) => bytes + piece.byteLength, 0),
    1,
  );
  for (const piece of gathered([head, ...pieces]))
    for (let at = 0; at < piece.length; ) {
      const from = at;
      at += waiting(() => writeSync(fd, piece, from));
    }
}

/** Pieces that are written by themselves; shorter ones are joined: a call costs more than copying them. */
const WRITE_BYTES_MIN = 1 << 16;

function gathered(pieces: readonly Uint8Array[]): Uint8Array[] {
  const writes: Uint8Array[] = [];
  let short: Uint8Array[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (bytes > 0) writes.push(Buffer.concat(short, bytes));
    short = [];
    bytes = 0;
  };
  for (const piece of pieces) {
    if (piece.length >= WRITE_BYTES_MIN) {
      flush();
      writes.push(piece);
      continue;
    }
    short.push(piece);
    bytes += piece.length;
    if (bytes >= WRITE_BYTES_MIN) flush();
  }
  flush();
  return writes;
}

/** Pipes that another process has made non-blocking say EAGAIN where there is nothing, or no room, yet. */
function waiting(io: () => number): number {
  for (;;) {
    try {
      return io();
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { PlimsollError } from '../../core/errors.ts';
import { releaseBuffer } from '../../core/release-buffer.ts';

/** The bytes of one request body: a single chunk as it came, or several in one growing buffer. */
export class BodyBuffer {
  readonly #limit: number;
  #bytes: Buffer | null = null;
  #size = 0;
  /** Whether `#bytes` belongs to this body alone. */
  #owned = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Throws BODY_TOO_LARGE. */
  add(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (size > this.#limit) throw bodyTooLarge(size, this.#limit);
    if (this.#bytes === null) this.#bytes = chunk;
    else {
      if (!this.#owned || size > this.#bytes.length) this.#bytes = this.#grown(this.#bytes, size);
      this.#bytes.set(chunk, this.#size);
      releaseBuffer(chunk);
    }
    this.#size = size;
  }

  bytes(): Buffer {
    if (this.#bytes?.length === this.#size) return this.#bytes;
    return this.#bytes === null ? Buffer.alloc(0) : this.#bytes.subarray(0, this.#size);
  }

  /** Releases the bytes: they are not used any more. */
  giveUp(): void {
    if (this.#bytes !== null) releaseBuffer(this.#bytes);
    this.#bytes = null;
    this.#size = 0;
  }

  /** A buffer of twice the size: an announced length reserves nothing, and all copies together stay below the size. */
  #grown(bytes: Buffer, size: number): Buffer {
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#limit, Math.max(size, 2 * this.#size)));
    larger.set(bytes.subarray(0, this.#size));
    releaseBuffer(bytes);
    this.#owned = true;
    return larger;
  }
}

/**
 * The bytes in a buffer of their own, which can be transferred to a thread: the same buffer if it holds little else, else a
 * copy.
 */
export function compactBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const isOwn = buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength <= 2 * length;
  return isOwn ? new Uint8Array(buffer, 0, length) : new Uint8Array(bytes);
}

export const bodyTooLarge = (found: number, limit: number): PlimsollError =>
  new PlimsollError('BODY_TOO_LARGE', { found, limit });

/** The content encoding of a body, or null if it has none. */
export function contentEncodingOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const encoding = headers['content-encoding'];
  if (encoding === undefined) return null;
  const name = encoding.trim().toLowerCase();
  return name === '' || name === 'identity' ? null : name;
}

/** Reads and discards what a refused client still sends. */
export function discardBody(request: Readable): void {
  request.removeAllListeners('data').removeAllListeners('end');
  request.on('data', (chunk: unknown) => {
    if (chunk instanceof Uint8Array) releaseBuffer(chunk);
  });
}

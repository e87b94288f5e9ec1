/** Frames of the protocol in `messages.ts`: a header of JSON, and buffers. Pure. */
import { isRecord } from '../../core/record.ts';

/** Bytes of a frame after its first number, in either direction. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
const MAX_BUFFERS = 200_000;
/** Below this, copying into one piece is cheaper than handing the kernel several. */
const ONE_PIECE_BYTES = 32 * 1024;

/** The other side sent what is no frame; it is not listened to any longer. */
export class FrameError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'FrameError';
  }
}

export interface WireFrame {
  readonly header: Readonly<Record<string, unknown>>;
  /** Views of the frame, each at a multiple of 8 of an ArrayBuffer that nothing else uses. */
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
}

const aligned = (at: number): number => (at + 7) & ~7;

/**
 * A frame in pieces, to be written one after another: small ones are one piece, large buffers are sent from where they are.
 *
 * @throws FrameError where it is larger than the other side takes
 */
export function encodeFrame(
  header: object,
  buffers: readonly Uint8Array<ArrayBufferLike>[],
): readonly Uint8Array[] {
  const json = JSON.stringify({ ...header, buffers: buffers.map(({ byteLength }) => byteLength) });
  const headerBytes = Buffer.byteLength(json);
  const size = buffers.reduce((end, { byteLength }) => aligned(end) + byteLength, 4 + headerBytes);
  if (size > MAX_FRAME_BYTES) throw new FrameError(`${size} bytes at once, at most ${MAX_FRAME_BYTES} go`);
  const isOne = size <= ONE_PIECE_BYTES;
  const first = Buffer.allocUnsafe(isOne ? 4 + size : 8 + headerBytes);
  first.writeUInt32LE(size, 0);
  first.writeUInt32LE(headerBytes, 4);
  first.write(json, 8);
  if (!isOne) return [first, ...padded(buffers, 4 + headerBytes)];
  let end = 4 + headerBytes;
  for (const buffer of buffers) {
    const at = aligned(end);
    first.fill(0, 4 + end, 4 + at);
    first.set(buffer, 4 + at);
    end = at + buffer.byteLength;
  }
  return [first];
}

const ZEROS = new Uint8Array(8);

function padded(buffers: readonly Uint8Array[], start: number): Uint8Array[] {
  let end = start;
  return buffers.flatMap((buffer) => {
    const padding = aligned(end) - end;
    end += padding + buffer.byteLength;
    return padding === 0 ? [buffer] : [ZEROS.subarray(0, padding), buffer];
  });
}

/** Puts frames together from what arrives in pieces of any size; every byte is copied once, to where it is aligned. */
export class FrameReader {
  readonly #length = Buffer.alloc(4);
  #lengthRead = 0;
  #body: Buffer<ArrayBuffer> | null = null;
  #bodyRead = 0;

  /**
   * Takes the next piece and calls `each` for every frame that it completes.
   *
   * @throws FrameError where it is garbage or too large
   */
  push(piece: Uint8Array, each: (frame: WireFrame) => void): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#body === null) at = this.#readLength(piece, at);
      else at = this.#readBody(piece, at, each);
    }
  }

  /** Whether a frame has begun that is not complete. */
  get isWithinFrame(): boolean {
    return this.#lengthRead > 0 || this.#body !== null;
  }

  #readLength(piece: Uint8Array, at: number): number {
    const end = Math.min(piece.length, at + 4 - this.#lengthRead);
    this.#length.set(piece.subarray(at, end), this.#lengthRead);
    this.#lengthRead += end - at;
    if (this.#lengthRead === 4) {
      const length = this.#length.readUInt32LE(0);
      if (length < 6 || length > MAX_FRAME_BYTES) throw new FrameError(`a frame of ${length} bytes`);
      // Memory that is never written to costs none: who promises much and sends nothing takes nothing.
      this.#body = Buffer.allocUnsafeSlow(length);
      this.#bodyRead = 0;
      this.#lengthRead = 0;
    }
    return end;
  }

  #readBody(piece: Uint8Array, at: number, each: (frame: WireFrame) => void): number {
    const body = this.#body!;
    const end = Math.min(piece.length, at + body.length - this.#bodyRead);
    body.set(piece.subarray(at, end), this.#bodyRead);
    this.#bodyRead += end - at;
    if (this.#bodyRead === body.length) {
      this.#body = null;
      each(parseBody(body));
    }
    return end;
  }
}

function parseBody(body: Buffer<ArrayBuffer>): WireFrame {
  const headerBytes = body.readUInt32LE(0);
  if (headerBytes > Math.min(body.length - 4, MAX_HEADER_BYTES))
    throw new FrameError(`a header of ${headerBytes} bytes in a frame of ${body.length}`);
  const header = parseHeader(body.toString('utf8', 4, 4 + headerBytes));
  const lengths = header['buffers'];
  if (!Array.isArray(lengths) || lengths.length > MAX_BUFFERS)
    throw new FrameError('a header without buffers');
  let end = 4 + headerBytes;
  const buffers = lengths.map((length: unknown) => {
    const at = aligned(end);
    if (
      typeof length !== 'number' ||
      !Number.isSafeInteger(length) ||
      length < 0 ||
      at + length > body.length
    )
      throw new FrameError(`a buffer of ${JSON.stringify(length)} bytes at ${at} of ${body.length}`);
    end = at + length;
    return body.subarray(at, end);
  });
  if (aligned(end) < body.length) throw new FrameError(`${body.length - end} bytes after the last buffer`);
  return { header, buffers };
}

function parseHeader(text: string): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new FrameError('a header that is no JSON');
  }
  if (!isRecord(header)) throw new FrameError('a header that is no object');
  return header;
}

import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { messageOf, systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { bodyTooLarge } from './body-buffer.ts';

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const ENCODINGS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(zlib.gunzip)],
  ['x-gzip', promisify(zlib.gunzip)],
  ['deflate', promisify(zlib.inflate)],
  ['br', promisify(zlib.brotliDecompress)],
  ['zstd', promisify(zlib.zstdDecompress)],
]);

/** Bodies at once: libuv's pool has four threads, and more bodies would only hold more memory. */
const AT_ONCE_MAX = 4;

interface Waiting {
  readonly bytes: Buffer;
  readonly encoding: string;
  readonly done: (bytes: Buffer) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Decompresses bodies off the loop, a few at once. The size of a body is known only after decompression: a thousand small
 * bodies that grow to the limit at once would take all memory.
 */
export class BodyDecompressor {
  readonly #limit: number;
  readonly #atOnce: number;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  /** Both in bytes: no body grows beyond `limit`, each is there twice when it is put together, and all take about `room`. */
  constructor(limit: number, room: number) {
    this.#limit = limit;
    this.#atOnce = Math.max(1, Math.min(AT_ONCE_MAX, Math.floor(room / (2 * limit))));
  }

  /**
   * Calls `done` or `failed` (ENCODING_UNKNOWN, ENCODING_CORRUPT, BODY_TOO_LARGE) later; the function returned takes the
   * body back if it has not begun, and says whether it did.
   */
  submit(bytes: Buffer, encoding: string, done: Waiting['done'], failed: Waiting['failed']): () => boolean {
    const waiting = { bytes, encoding, done, failed };
    this.#waiting.add(waiting);
    this.#next();
    return () => this.#waiting.delete(waiting);
  }

  #next(): void {
    const [waiting] = this.#waiting;
    if (waiting === undefined || this.#running >= this.#atOnce) return;
    this.#waiting.delete(waiting);
    this.#running++;
    const { bytes, encoding, done, failed } = waiting;
    decompress(bytes, encoding, this.#limit)
      .finally(() => {
        this.#running--;
        this.#next();
      })
      .then(done, failed);
  }
}

async function decompress(bytes: Buffer, encoding: string, limit: number): Promise<Buffer> {
  const run = ENCODINGS.get(encoding);
  if (!run)
    throw new PlimsollError('ENCODING_UNKNOWN', { found: encoding, known: [...ENCODINGS.keys()].join(', ') });
  try {
    return await run(bytes, { maxOutputLength: limit });
  } catch (error) {
    const [code, message] = [systemCodeOf(error), messageOf(error)];
    if (code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(limit + 1, limit);
    throw new PlimsollError('ENCODING_CORRUPT', { encoding, reason: message });
  }
}

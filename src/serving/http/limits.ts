import type { Signature } from '../../model/signature.ts';
import { answerRowCost, rowsBytes } from '../admission/memory/request-cost.ts';
import type { Protocol } from '../protocol.ts';
import { takesContent } from '../rows/content-codecs.ts';

/** What one server takes; each is refused with a status, never queued without bound. */
export interface HttpLimits {
  /** Bytes of one request body, before and after decompression: 413. */
  readonly maxBodyBytes: number;
  /** Requests being scored, or waiting for it, at once: 503. */
  readonly maxInFlight: number;
  /** Bodies being received at once; then the slowest gives up its place (408), or one of who holds most is refused (503). */
  readonly maxReceiving: number;
  /** Share of these places that one address, or one /64, may hold, 0 to 1. */
  readonly peerShare: number;
  /** Bytes of all bodies that are received, and answers that are sent, at once: 503; what memory allows, if that is less. */
  readonly maxBufferedBytes: number;
  /** Requests waiting for a scoring thread: 503. */
  readonly maxQueue: number;
  /** Milliseconds that a scoring thread may take over one request: 504. */
  readonly maxScoreMillis: number;
  /** Milliseconds that a candidate may take over one copy in the shadow of stable; longer is a failure of its own. */
  readonly maxShadowMillis: number;
  /** Copies that wait for candidates or are with them; one more is dropped and counted. */
  readonly maxShadowCopies: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 32 << 20,
  maxInFlight: 1024,
  maxReceiving: 1024,
  peerShare: 0.5,
  maxBufferedBytes: 256 << 20,
  maxQueue: 128,
  maxScoreMillis: 60_000,
  maxShadowMillis: 10_000,
  maxShadowCopies: 1024,
};

/** Bodies above this many bytes are parsed, checked, scored and written in a scoring thread. */
export const INLINE_BODY_BYTES = 64 << 10;
/** Predicted microseconds above which a request leaves the front loop, and the loop's own budget a turn. */
export const INLINE_MICROS = 2000;
/** Predicted microseconds to parse and check a byte of JSON, measured (bench/door.ts). */
export const BYTE_MICROS = 0.02;
/** Bytes of rows and their answers above which a request leaves the front loop: in a thread they are held against its room. */
export const INLINE_ROWS_BYTES = 4 << 20;

/** What keeps the requests of a version off the front loop beside their time. */
export interface InlineBounds {
  /** Bytes that a row of the answer may take while it is made. */
  readonly rowBytes: number;
  /** Bytes of the largest body whose rows are few enough to be read on the loop; -1 where none may be. */
  readonly inlineBody: number;
}

export function inlineBounds(
  signature: Signature,
  { valueBytes = 0, needsContent = false }: Pick<Protocol, 'valueBytes' | 'needsContent'>,
): InlineBounds {
  const { heap, external } = answerRowCost(signature, valueBytes);
  const inlineBody =
    needsContent || takesContent(signature)
      ? -1
      : Math.min(INLINE_BODY_BYTES, INLINE_ROWS_BYTES / rowsBytes(1, signature));
  return { rowBytes: heap + external, inlineBody };
}

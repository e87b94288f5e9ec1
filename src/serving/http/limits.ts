/** What one server takes; each is refused with a status, never queued without bound. */
export interface HttpLimits {
  /** Bytes of one request body, before and after decompression: 413. */
  readonly maxBody: number;
  /** Requests being scored, or waiting for it, at once: 503. */
  readonly maxInFlight: number;
  /** Bodies being received at once; then the slowest gives up its place (408), or one of who holds most is refused (503). */
  readonly maxReceiving: number;
  /** Share of these places that one address, or one /64, may hold, 0 to 1. */
  readonly peerShare: number;
  /** Bytes of all bodies being received at once: 503. */
  readonly maxBuffered: number;
  /** Requests waiting for a scoring thread: 503. */
  readonly maxQueue: number;
  /** Milliseconds that a scoring thread may take over one request: 504. */
  readonly maxScoreMillis: number;
  /** Milliseconds that a candidate may take over one copy in the shadow of stable; longer is a failure of its own. */
  readonly maxShadowMillis: number;
  /** Copies that wait for candidates or are with them; one more is dropped and counted. */
  readonly maxShadowCopies: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  maxBody: 32 << 20,
  maxInFlight: 1024,
  maxReceiving: 1024,
  peerShare: 0.5,
  maxBuffered: 256 << 20,
  maxQueue: 128,
  maxScoreMillis: 60_000,
  maxShadowMillis: 10_000,
  maxShadowCopies: 1024,
};

/** Bodies above this many bytes are parsed, checked, scored and written in a scoring thread. */
export const INLINE_BODY = 64 << 10;
/** Predicted microseconds above which a request leaves the front loop, and the loop's own budget a turn. */
export const INLINE_MICROS = 2000;
/** Predicted microseconds to parse and check a byte of JSON, measured (bench/door.ts). */
export const BYTE_MICROS = 0.02;

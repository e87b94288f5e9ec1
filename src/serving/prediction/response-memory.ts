/** Memory of answers in this process: while they are encoded, and until their clients have read them. */
import type { PlimsollError } from '../../core/errors.ts';
import { releaseBuffer } from '../../core/release-buffer.ts';
import { checkOutputs } from '../admission/memory/request-cost.ts';
import type { InferResponse } from '../data-plane.ts';
import type { PredictionResponse } from '../http/fast-path/response.ts';
import { INLINE_ROWS_BYTES } from '../http/limits.ts';
import { BUFFERED, overloadedError } from './capacity.ts';
import type { PreparedVersion } from './prepared-version.ts';
import type { BodyServices } from './services.ts';

/** Bytes up to which the socket takes an answer at once: it is not counted. */
const SMALL_ANSWER = 64 << 10;

type Counted = Pick<BodyServices, 'metrics' | 'limits'>;

/**
 * Counts an answer as buffered until its client has read it. Returns OVERLOADED, and counts nothing, if too much is buffered.
 */
export function holdResponse(
  bytes: number,
  response: PredictionResponse,
  { metrics, limits }: Counted,
): PlimsollError | null {
  if (bytes <= SMALL_ANSWER) return null;
  const found = metrics.buffered + bytes;
  if (found > limits.maxBufferedBytes) return overloadedError(found, BUFFERED, limits.maxBufferedBytes);
  metrics.buffered = found;
  response.once('close', () => {
    metrics.buffered -= bytes;
  });
  return null;
}

/**
 * Frees the bytes of an answer as soon as the system has taken them, or its client has gone: nothing else may use them. Left to the
 * collector, a hundred answers of some thousand rows have V8 mark its whole heap: it counts them as grown memory.
 */
export function releaseWhenSent(bytes: Uint8Array, response: Pick<PredictionResponse, 'once'>): void {
  response.once('close', () => releaseBuffer(bytes));
}

/** Checks that outputs of another process can be encoded here. Throws MEMORY_EXCEEDED. */
export function checkResponseMemory(
  { outputs, rows }: InferResponse,
  { rowBytes, protocol }: PreparedVersion,
  { limits: { maxBufferedBytes } }: Counted,
): void {
  if (rows * rowBytes <= INLINE_ROWS_BYTES) return;
  checkOutputs(outputs, protocol.valueBytes ?? 0, { heap: maxBufferedBytes, external: maxBufferedBytes });
}

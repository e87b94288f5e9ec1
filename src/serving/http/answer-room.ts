/** Memory that answers take in this process, while they are written here and until their clients have taken them. */
import type { PlimsollError } from '../../core/errors.ts';
import { checkOutputs } from '../admission/memory/request-cost.ts';
import type { InferResponse } from '../data-plane.ts';
import { BUFFERED, overloaded, type Reception } from './intake.ts';
import { INLINE_BYTES } from './limits.ts';
import type { Prepared } from './routes.ts';
import type { PredictionResponse } from './whole-response.ts';

/** An answer of at most so many bytes is taken over by the socket at once, or as good as that. */
const SMALL_ANSWER = 64 << 10;

type Counted = Pick<Reception, 'metrics' | 'limits'>;

/** Counts an answer as held until its client has taken it; OVERLOADED, and nothing counted, where too much is held already. */
export function holdAnswer(
  bytes: number,
  response: PredictionResponse,
  { metrics, limits }: Counted,
): PlimsollError | null {
  if (bytes <= SMALL_ANSWER) return null;
  const found = metrics.buffered + bytes;
  if (found > limits.maxBuffered) return overloaded(found, BUFFERED, limits.maxBuffered);
  metrics.buffered = found;
  response.once('close', () => {
    metrics.buffered -= bytes;
  });
  return null;
}

/** An answer that another process has made is written here. Throws MEMORY_EXCEEDED. */
export function checkAnswer(
  { outputs, rows }: InferResponse,
  { rowBytes, protocol }: Prepared,
  { limits: { maxBuffered } }: Counted,
): void {
  if (rows * rowBytes <= INLINE_BYTES) return;
  checkOutputs(outputs, protocol.valueBytes ?? 0, { heap: maxBuffered, external: maxBuffered });
}

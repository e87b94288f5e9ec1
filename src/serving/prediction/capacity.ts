/** Limits that hold for all requests of a process together. */
import { PlimsollError } from '../../core/errors.ts';
import type { BodyServices } from './services.ts';

/** Requests whose bodies are still being received do not count as in flight. Throws OVERLOADED. */
export function checkInFlight({
  limits: { maxInFlight },
  metrics,
}: Pick<BodyServices, 'limits' | 'metrics'>): void {
  const found = metrics.inFlight - metrics.receiving;
  if (found > maxInFlight) throw overloadedError(found, 'requests in flight', maxInFlight);
}

/** Name of what `maxBufferedBytes` limits, for messages. */
export const BUFFERED = 'bytes of bodies and answers';

export const overloadedError = (found: number, what: string, limit: number): PlimsollError =>
  new PlimsollError('OVERLOADED', { found, what, limit, retry: 1 });

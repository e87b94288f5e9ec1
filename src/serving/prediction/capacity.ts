/** What all requests of a process together may take of it. */
import { PlimsollError } from '../../core/errors.ts';
import type { BodyServices } from './services.ts';

/** Bodies that are being received hold no place among the requests in flight. Throws OVERLOADED. */
export function checkInFlight({
  limits: { maxInFlight },
  metrics,
}: Pick<BodyServices, 'limits' | 'metrics'>): void {
  const found = metrics.inFlight - metrics.receiving;
  if (found > maxInFlight) throw overloadedError(found, 'requests in flight', maxInFlight);
}

/** What `maxBufferedBytes` limits. */
export const BUFFERED = 'bytes of bodies and answers';

export const overloadedError = (found: number, what: string, limit: number): PlimsollError =>
  new PlimsollError('OVERLOADED', { found, what, limit, retry: 1 });

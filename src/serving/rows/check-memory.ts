import { PlimsollError } from '../../core/errors.ts';

/** Throws MEMORY_EXCEEDED where `what` takes more bytes than `limit`. */
export function checkMemory(what: string, found: number, limit: number): void {
  if (found <= limit) return;
  throw new PlimsollError('MEMORY_EXCEEDED', {
    what,
    found: Math.ceil(found / 2 ** 20),
    limit: Math.floor(limit / 2 ** 20),
  });
}

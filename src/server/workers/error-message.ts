import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { ErrorMessage } from './messages.ts';

/** An error as it crosses to another process: coded ones as they are, defects with their stack. */
export function toErrorMessage(error: unknown): ErrorMessage {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { code, details } = isPlimsollError(error)
    ? error
    : new PlimsollError('INTERNAL', { action: 'what a process was asked for', reason });
  return { code, details };
}

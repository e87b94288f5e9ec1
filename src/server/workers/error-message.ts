import { asCodedError } from '../../core/parts.ts';
import type { ErrorMessage } from './messages.ts';

/** An error as it crosses to another process: coded ones as they are, defects with their stack. */
export function toErrorMessage(error: unknown): ErrorMessage {
  const { code, details } = asCodedError(error, 'what a process was asked for');
  return { code, details };
}

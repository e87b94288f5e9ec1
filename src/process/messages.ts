/** What processes say to each other about themselves; plain data, structured clones. */
import type { ErrorCode, ErrorDetails } from '../core/errors.ts';
import { asCodedError } from '../core/parts.ts';

/** An error as it crosses to another process; `PlimsollError.from` makes it one again. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
}

/** Coded errors as they are, others as defects with their stack. `action` is what was asked for. */
export function toErrorMessage(error: unknown, action = 'what a process was asked for'): ErrorMessage {
  const { code, details } = asCodedError(error, action);
  return { code, details };
}

/** What every supervised process says of itself. */
export type LifecycleMessage =
  /** It does what it is there for. */
  | { readonly kind: 'ready' }
  /** It cannot, and ends. */
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
  /** It begins or ends what may keep it from saying anything for long: building an engine. */
  | { readonly kind: 'busy'; readonly busy: boolean }
  /** It accepts no connections any more. */
  | { readonly kind: 'left' };

import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a server may want to know of its answers. */
export interface LingeringResponse {
  /** The answer is written, and nothing but the rest of the request keeps it. */
  lingers?(): void;
}

/** How long a client that was answered before it had sent everything may go on sending. */
const LINGER_MILLIS = 2000;

/**
 * Ends an answer, which is written, when its client has sent the rest of its body, or has had the time to read it: where a
 * connection is closed over bytes that nobody has read, the kernel resets it, and the answer may be lost on the way.
 */
export function endWhenSent(request: IncomingMessage, response: ServerResponse & LingeringResponse): void {
  if (request.destroyed || hasSentAll(request)) {
    response.end();
    return;
  }
  // Of an answer without a body, nothing has been sent yet.
  response.flushHeaders();
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MILLIS).unref();
  response.lingers?.();
  request.once('end', end).once('close', end).resume();
}

/** Also of a request that has no body, though Node calls none complete before its handler has returned. */
export const hasSentAll = ({ complete, headers }: IncomingMessage): boolean =>
  complete || (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined);

import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response that tells its server when only the rest of the request keeps it open (lingering close). */
export interface LingeringResponse {
  /** The answer is written; only the rest of the request is awaited. */
  lingers?(): void;
}

/** Milliseconds that a client may go on sending after it was answered. */
const LINGER_MILLIS = 2000;

/**
 * Ends a written answer when its client has sent the rest of the body, or has had time to read the answer. If a connection is
 * closed with unread bytes, the kernel resets it, and the answer may be lost.
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

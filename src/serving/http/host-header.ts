/** What has to be right about the head of a request before anybody asks what it wants (RFC 9110, RFC 9112). Pure. */
import type { IncomingMessage } from 'node:http';
import { PlimsollError } from '../../core/errors.ts';

/** How many Host headers a request has; Node shows the first. Headers are names and values in turn. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let k = 0; k < rawHeaders.length; k += 2) {
    const name = rawHeaders[k];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

/**
 * HOST_INVALID where a request has two Host headers, or none from HTTP/1.1 on: which of two a proxy has looked at is not
 * known here (RFC 9112 §3.2). Else null.
 */
export function hostHeaderError({
  rawHeaders,
  httpVersion,
}: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): PlimsollError | null {
  const found = hostsIn(rawHeaders);
  const isGood = found === 1 || (found === 0 && httpVersion === '1.0');
  return isGood ? null : new PlimsollError('HOST_INVALID', { found });
}

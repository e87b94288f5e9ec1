import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { json, type Refuse, type Reply } from '../protocol.ts';
import { refusePlainly } from '../protocols/plain.ts';
import { headersOf } from './error-headers.ts';
import { endWhenSent, hasSentAll } from './lingering.ts';
import type { Outcome } from './metrics.ts';
import { type PredictionResponse, WholeResponse } from './whole-response.ts';

/** Writes a JSON answer that is not a prediction. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: readonly string[] = [],
): void {
  sendReply(response, json(status, value, headers));
}

/** Writes an error in the words of a protocol, by default the plain ones. */
export function sendError(
  response: PredictionResponse,
  error: PlimsollError,
  headers: readonly string[] = [],
  refuse: Refuse = refusePlainly,
): void {
  sendReply(response, refuse(error), [...headers, ...headersOf(error)]);
}

/** Writes an answer that is no prediction. */
export function sendReply(
  response: PredictionResponse,
  { status, type, body, headers = [] }: Reply,
  more: readonly string[] = [],
): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, ['content-type', type, 'content-length', length, ...headers, ...more]);
  if (response instanceof WholeResponse || hasSentAll(response.req)) response.end(body);
  else {
    response.write(body);
    endWhenSent(response.req, response);
  }
}

/** A coded error as it is; a defect, in this thread or another, leaves its words (a stack, a path) in the log. */
export const codedError = (error: unknown, requestId: string): PlimsollError =>
  isPlimsollError(error) && error.code !== 'INTERNAL'
    ? error
    : new PlimsollError(
        'INTERNAL',
        { action: 'the prediction', reason: `see the log, request ${requestId}` },
        { cause: error },
      );

/** How a refused request is counted. */
export function outcomeOf({ code, http }: PlimsollError): Outcome {
  if (http === 503 || code === 'DEADLINE_EXCEEDED') return 'overloaded';
  return http < 500 ? 'invalid' : 'error';
}

/** Path of a request, without its query; a proxy's absolute form is understood (RFC 9112 §3.2.2). */
export function pathOf(request: Pick<IncomingMessage, 'url'>): string {
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '');
  const end = url.search(/[?#]/);
  return (end < 0 ? url : url.slice(0, end)) || '/';
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { PredictionOutcome } from '../../metrics/prediction-outcome.ts';
import { type ErrorFormatter, type HttpReply, jsonReply } from '../protocol.ts';
import { plainError } from '../protocols/plain.ts';
import { errorHeaders } from './error-headers.ts';
import { FastPathResponse, type PredictionResponse } from './fast-path/response.ts';
import { endWhenSent, hasSentAll } from './lingering.ts';

/** Writes a JSON answer that is not a prediction. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: readonly string[] = [],
): void {
  sendReply(response, jsonReply(status, value, headers));
}

/** Writes an error in the format of a protocol, by default the plain one. */
export function sendError(
  response: PredictionResponse,
  error: PlimsollError,
  headers: readonly string[] = [],
  refuse: ErrorFormatter = plainError,
): void {
  sendReply(response, refuse(error), [...headers, ...errorHeaders(error)]);
}

/** Writes an answer other than a prediction. */
export function sendReply(
  response: PredictionResponse,
  { status, type, body, headers = [] }: HttpReply,
  more: readonly string[] = [],
): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, ['content-type', type, 'content-length', length, ...headers, ...more]);
  if (response instanceof FastPathResponse || hasSentAll(response.req)) response.end(body);
  else {
    response.write(body);
    endWhenSent(response.req, response);
  }
}

/** A coded error as it is. A defect becomes INTERNAL: its message and stack go to the log only. */
export const codedError = (error: unknown, requestId: string): PlimsollError =>
  isPlimsollError(error) && error.code !== 'INTERNAL'
    ? error
    : new PlimsollError(
        'INTERNAL',
        { action: 'the prediction', reason: `see the log, request ${requestId}` },
        { cause: error },
      );

/** The outcome under which a refused request is counted. */
export function predictionOutcomeOf({ code, http }: PlimsollError): PredictionOutcome {
  if (http === 503 || code === 'DEADLINE_EXCEEDED') return 'overloaded';
  return http < 500 ? 'invalid' : 'error';
}

/** Path of a request without its query; the absolute form of proxies is accepted (RFC 9112 §3.2.2). */
export function requestPath(request: Pick<IncomingMessage, 'url'>): string {
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '');
  const end = url.search(/[?#]/);
  return (end < 0 ? url : url.slice(0, end)) || '/';
}

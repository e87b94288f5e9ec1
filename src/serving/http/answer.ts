import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorDetails, isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { InputDetail } from '../rows/complaints.ts';
import type { Outcome } from './metrics.ts';

/** Writes a JSON answer that is not a prediction. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: readonly string[] = [],
): void {
  const body = JSON.stringify(value);
  response.writeHead(status, [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    ...headers,
  ]);
  response.end(body);
}

/** Writes an error: the complaints of a 422 as FastAPI's clients know them, anything else with code and hint. */
export function sendError(
  response: ServerResponse,
  error: PlimsollError,
  headers: readonly string[] = [],
): void {
  const { code, message, hint, http, details } = error;
  if (code === 'INPUT_INVALID') {
    const detail = details['detail'] ?? [engineDetail(message, details)];
    sendJson(response, http, { detail }, headers);
    return;
  }
  const extra = [...headers];
  if (code === 'METHOD_NOT_ALLOWED') extra.push('allow', String(details['allowed']));
  if (http === 503) extra.push('retry-after', String(details['retry'] ?? 1));
  sendJson(response, http, { detail: message, error: { code, message, hint } }, extra);
}

/** A complaint of an engine, which knows rows and columns but not the words of the request. */
const engineDetail = (msg: string, { row, column }: ErrorDetails): InputDetail => {
  const place = [row, column].filter((part) => typeof part === 'string' || typeof part === 'number');
  return { type: 'value_error', loc: ['body', ...place], msg };
};

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
export function outcomeOf({ http }: PlimsollError): Outcome {
  if (http === 503) return 'overloaded';
  return http < 500 ? 'invalid' : 'error';
}

/** Path of a request, without its query; a proxy's absolute form is understood (RFC 9112 §3.2.2). */
export function pathOf(request: IncomingMessage): string {
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/?#]*/i, '');
  const end = url.search(/[?#]/);
  return (end < 0 ? url : url.slice(0, end)) || '/';
}

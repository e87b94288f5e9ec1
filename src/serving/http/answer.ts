import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
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
    const detail = details['detail'] ?? [{ type: 'value_error', loc: ['body'], msg: message }];
    sendJson(response, http, { detail }, headers);
    return;
  }
  const extra = [...headers];
  if (code === 'METHOD_NOT_ALLOWED') extra.push('allow', String(details['allowed']));
  if (http === 503) extra.push('retry-after', String(details['retry'] ?? 1));
  sendJson(response, http, { detail: message, error: { code, message, hint } }, extra);
}

/** A coded error as it is; anything else is a defect, whose words stay in the log. */
export const codedError = (error: unknown, requestId: string): PlimsollError =>
  isPlimsollError(error)
    ? error
    : new PlimsollError(
        'INTERNAL',
        { action: 'the prediction', reason: `see the log, request ${requestId}` },
        { cause: error },
      );

/** How a refused request is counted. */
export function outcomeOf({ code, http }: PlimsollError): Outcome {
  if (code === 'OVERLOADED' || code === 'STOPPING') return 'overloaded';
  return http < 500 ? 'invalid' : 'error';
}

/** Path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

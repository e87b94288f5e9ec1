/** One request to the control API and its answer: JSON both ways, errors as the coded errors that they were. */

import { Readable } from 'node:stream';
import { messageOf, systemCodeOf } from '../core/error-text.ts';
import { isErrorCode, PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { decode } from '../schema/read-value.ts';
import type { ValueSchema } from '../schema/value-schema.ts';
import { BodyTooLarge, readResponse, sendRequest } from './client.ts';

/** Where the API is: the Unix socket of a server on this machine, or a URL and the token that lets one in. */
export type ControlAddress =
  | { readonly socket: string }
  | { readonly url: string; readonly token?: string | undefined };

export interface ControlRequest {
  readonly method: string;
  /** Below /api/v1. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Files and fields, streamed. */
  readonly form?: FormData;
}

/** Largest answer that is taken: a page of 1000 rows with everything in them is far below. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/** Throws CONTROL_UNREACHABLE, CONTROL_ANSWER_INVALID, or whatever the server answers. */
export async function sendControlRequest(target: ControlAddress, message: ControlRequest): Promise<unknown> {
  const address = 'socket' in target ? target.socket : target.url;
  const { body, headers } = encoded(message);
  let answered: { readonly status: number; readonly text: string };
  try {
    answered = await send(target, message, { ...message.headers, ...headers }, body);
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    const [code, text] = [systemCodeOf(error), messageOf(error)];
    throw new PlimsollError(
      'CONTROL_UNREACHABLE',
      { address, reason: REASONS.get(code) ?? text },
      { cause: error },
    );
  }
  return decoded(answered.status, answered.text, address);
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ECONNREFUSED', 'nobody listens there'],
  ['ENOENT', 'its socket is gone'],
  ['ECONNRESET', 'it closed the connection'],
  ['ENOTFOUND', 'no such host'],
  ['ERR_INVALID_URL', 'http://HOST:PORT or https://HOST:PORT was wanted'],
  ['ERR_INVALID_PROTOCOL', 'http://HOST:PORT or https://HOST:PORT was wanted'],
  ['EPROTO', 'it speaks no TLS: http:// may have been meant'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'].map(
    (code) =>
      [
        code,
        'nobody known here vouches for its certificate (NODE_EXTRA_CA_CERTS=FILE names who does)',
      ] as const,
  ),
  ['CERT_HAS_EXPIRED', 'its certificate is over'],
]);

function encoded({ json, form }: ControlRequest): {
  body: Readable | string | undefined;
  headers: Record<string, string>;
} {
  if (form !== undefined) {
    // The platform's own encoding of forms.
    const { headers, body } = new Response(form);
    return {
      body: Readable.from(chunksOf(body!)),
      headers: { 'content-type': headers.get('content-type')! },
    };
  }
  if (json === undefined) return { body: undefined, headers: {} };
  const body = JSON.stringify(json);
  return {
    body,
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
  };
}

/** Never cancelled: where the connection breaks, the form that is being encoded would throw where nobody can catch it. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

async function send(
  target: ControlAddress,
  { method, path }: ControlRequest,
  headers: Readonly<Record<string, string>>,
  body: Readable | string | undefined,
): Promise<{ status: number; text: string }> {
  const isLocal = 'socket' in target;
  const token = isLocal ? undefined : target.token;
  const url = new URL(`${isLocal ? 'http://localhost' : target.url.replace(/\/+$/, '')}/api/v1${path}`);
  const login = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const response = await sendRequest(url, {
      ...{ method, body, headers: { ...login, ...headers }, agent: false },
      ...(isLocal ? { socketPath: target.socket } : {}),
    });
    return { status: response.statusCode, text: String(await readResponse(response, MAX_ANSWER_BYTES)) };
  } catch (error) {
    throw error instanceof BodyTooLarge ? tooLong(target) : error;
  }
}

const tooLong = (target: ControlAddress): PlimsollError =>
  new PlimsollError('CONTROL_ANSWER_INVALID', {
    address: 'socket' in target ? target.socket : target.url,
    reason: `it is longer than ${MAX_ANSWER_BYTES} bytes`,
  });

function decoded(status: number, text: string, address: string): unknown {
  const json = parsed(text);
  if (status >= 200 && status < 300 && json !== undefined) return json;
  const error = isRecord(json) && isRecord(json['error']) ? json['error'] : {};
  const { code, details } = error;
  if (typeof code === 'string' && isErrorCode(code))
    throw PlimsollError.from({ code, details: isRecord(details) ? details : {} });
  const reason = `status ${status} with ${JSON.stringify(text.slice(0, 100))}`;
  throw new PlimsollError('CONTROL_ANSWER_INVALID', { address, reason });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of an answer that is not as it should be so many mistakes are told. */
const PROBLEMS_MAX = 3;

/** A request whose answer is checked. Throws CONTROL_ANSWER_INVALID where it is not what this program knows. */
export async function askControl<T>(
  answer: ValueSchema<T>,
  target: ControlAddress,
  request: ControlRequest,
): Promise<T> {
  return decode(answer, await sendControlRequest(target, request), (problems) => {
    const address = 'socket' in target ? target.socket : target.url;
    const reason = problems.slice(0, PROBLEMS_MAX).join('; ');
    return new PlimsollError('CONTROL_ANSWER_INVALID', { address, reason });
  });
}

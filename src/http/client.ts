/** Requests of this program to other servers, over `node:http`: why not undici, docs/adr/0020-processes-threads-and-libraries.md. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface ClientRequest extends Omit<RequestOptions, 'signal' | 'timeout'> {
  readonly body?: string | Uint8Array | Readable | undefined;
  /** Ends the request, and the answer with it. */
  readonly signal?: AbortSignal | undefined;
  /** A connection on which nothing moves for so long is given up. @default never */
  readonly idleMillis?: number | undefined;
  /** The same once all has been sent: the other side may have much to do before it answers. @default {idleMillis} */
  readonly sentIdleMillis?: number | undefined;
}

/** An answer, of whatever status; its body is there to be read or destroyed. */
export type ClientResponse = IncomingMessage & { readonly statusCode: number };

/**
 * Sends a request over HTTP or HTTPS, once; redirects are answers as others. Rejects with what the system says of the
 * connection, with what reading `body` throws, and with the reason of the signal.
 */
export function sendRequest(url: URL, given: ClientRequest): Promise<ClientResponse> {
  const { body, signal, idleMillis, sentIdleMillis = idleMillis, ...rest } = given;
  const options: RequestOptions = signal === undefined ? rest : { ...rest, signal };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    request.once('response', (response) => resolve(response as ClientResponse));
    // Of an error that comes after the answer has begun, its reader hears.
    request.on('error', (error) => reject(signal?.aborted ? signal.reason : error));
    const giveUpAfter = (millis: number): unknown =>
      request
        .setTimeout(millis)
        .removeAllListeners('timeout')
        .once('timeout', () => request.destroy(silent(millis)));
    if (idleMillis !== undefined) giveUpAfter(idleMillis);
    if (sentIdleMillis !== undefined) request.once('finish', () => giveUpAfter(sentIdleMillis));
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) request.end(body);
    else pipeline(body, request).catch(reject);
  });
}

const silent = (millis: number): Error =>
  Object.assign(new Error(`nothing came for ${millis / 1000} s`), { code: 'ETIMEDOUT' });

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** As `sendRequest`, for a GET whose answer may be elsewhere: up to `hops` redirects are followed. */
export async function followRequest(url: URL, given: ClientRequest, hops = 5): Promise<ClientResponse> {
  const answer = await sendRequest(url, given);
  const { location } = answer.headers;
  if (!REDIRECTS.has(answer.statusCode) || location === undefined || hops === 0) return answer;
  answer.destroy();
  return followRequest(new URL(location, url), given, hops - 1);
}

/** A body that is longer than what is taken. */
export class BodyTooLarge extends Error {}

/** The whole body. Throws BodyTooLarge, and what breaks the connection. */
export async function readResponse(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    // Leaving the loop destroys the answer, and its connection.
    if (bytes > maxBytes) throw new BodyTooLarge(`its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, 10.2.3); null where it says nothing, or a time that is past. */
export function retryAfterMillis(
  value: string | null | undefined,
  now: number,
  maxMillis: number,
): number | null {
  const text = value?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) && wait > 0 ? Math.min(wait, maxMillis) : null;
}

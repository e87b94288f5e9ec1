/** One HTTP request and its answer, both bounded. Says what happened; whether to try again is for others. */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { messageOf, systemCodeOf } from '../../core/error-text.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { BodyTooLarge, readResponse, sendRequest } from '../../http/client.ts';

/** A connection on which nothing moves for so long is given up. */
export interface IdleTimeouts {
  readonly millis: number;
  /** Once all has been sent: a registry may have to move gigabytes to where they stay before it answers. */
  readonly sentMillis: number;
}
const SILENCE: IdleTimeouts = { millis: 60_000, sentMillis: 600_000 };
/** Manifests are at most so large (distribution-spec, "Pushing Manifests"); nothing else is read but what says its size. */
const MANIFEST_BYTES_MAX = 4 * 2 ** 20;

/** What is sent; `open` gives the bytes from the start each time. */
export interface ReplayableBody {
  /** Bytes. */
  readonly size: number;
  open(): Readable;
}

export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: ReplayableBody | undefined;
  /** Bytes of the answer that are read. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportResponse {
  /** Who answered, after redirects. */
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** No answer: the network, the other side's TLS, or an answer larger than the limit. */
export class NoAnswer extends Error {
  readonly kind: 'network' | 'certificate' | 'size';
  /** `Retry-After` of whoever stands in the way. */
  readonly retryAfter: string | undefined;
  constructor(kind: NoAnswer['kind'], reason: string, retryAfter?: string) {
    super(reason);
    this.name = 'NoAnswer';
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

/** Sends it once. Throws NoAnswer, what `open` gives in place of bytes, and the signal's reason. */
export async function sendOnce(
  { method, url, headers, body, limit = MANIFEST_BYTES_MAX, signal }: TransportRequest,
  { millis, sentMillis }: IdleTimeouts = SILENCE,
): Promise<TransportResponse> {
  const length = body === undefined ? {} : { 'content-length': String(body.size) };
  const hasBody = body !== undefined && (method === 'PUT' || method === 'POST');
  try {
    const response = await sendRequest(url, {
      ...{ method, signal, idleMillis: millis, agent: false },
      headers: { 'user-agent': 'plimsoll', ...headers, ...length },
      ...(hasBody ? { body: body.open() } : {}),
      ...(hasBody && body.size > 0 ? { sentIdleMillis: sentMillis } : {}),
    });
    const { statusCode: status, headers: answered } = response;
    return { url, status, headers: answered, body: await readResponse(response, limit) };
  } catch (error) {
    throw asNoAnswer(error);
  }
}

/** Codes of OpenSSL and Node for certificates that do not hold. */
const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

function asNoAnswer(error: unknown): unknown {
  if (error instanceof BodyTooLarge) return new NoAnswer('size', error.message);
  // What reads the body has said what is wrong with it.
  if (isPlimsollError(error)) return error;
  const [code, message] = [systemCodeOf(error), messageOf(error)];
  if (typeof code !== 'string') return error;
  return new NoAnswer(CERTIFICATE.test(code) ? 'certificate' : 'network', message === '' ? code : message);
}

/** Bytes that are there already. */
export const replayableBodyOf = (bytes: Buffer): ReplayableBody => ({
  size: bytes.length,
  open: () => Readable.from([bytes]),
});

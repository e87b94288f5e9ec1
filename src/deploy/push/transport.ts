/** One HTTP request and its answer, both bounded. Says what happened; whether to try again is for others. */
import { type IncomingHttpHeaders, type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { Readable } from 'node:stream';

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
export function sendOnce(
  { method, url, headers, body, limit = MANIFEST_BYTES_MAX, signal }: TransportRequest,
  { millis, sentMillis }: IdleTimeouts = SILENCE,
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? secure : plain;
    const length = body === undefined ? {} : { 'content-length': String(body.size) };
    const request = ask(url, {
      method,
      headers: { 'user-agent': 'plimsoll', ...headers, ...length },
      signal,
    });
    let answered = false;
    let patience = millis;
    request.setTimeout(patience, () =>
      request.destroy(new NoAnswer('network', `nothing came for ${patience / 1000} s`)),
    );
    if (body !== undefined && body.size > 0)
      request.once('finish', () => {
        patience = sentMillis;
        request.setTimeout(patience);
      });
    request.once('response', (response) => {
      answered = true;
      // A refusal may come before all is sent; the rest is of no use to anybody.
      collect(response, url, limit)
        .then(resolve, (error) => reject(asNoAnswer(error)))
        .finally(() => request.destroy());
    });
    request.on('error', (error) => {
      if (!answered) reject(signal?.aborted ? signal.reason : asNoAnswer(error));
    });
    if (body === undefined || (method !== 'PUT' && method !== 'POST')) request.end();
    else
      body
        .open()
        .once('error', (error) => {
          reject(error);
          request.destroy();
        })
        .pipe(request);
  });
}

async function collect(response: IncomingMessage, url: URL, limit: number): Promise<TransportResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) throw new NoAnswer('size', `its answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return { url, status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Codes of OpenSSL and Node for certificates that do not hold. */
const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

function asNoAnswer(error: unknown): unknown {
  if (error instanceof NoAnswer) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error;
  return new NoAnswer(CERTIFICATE.test(code) ? 'certificate' : 'network', message === '' ? code : message);
}

/** Bytes that are there already. */
export const replayableBodyOf = (bytes: Buffer): ReplayableBody => ({
  size: bytes.length,
  open: () => Readable.from([bytes]),
});

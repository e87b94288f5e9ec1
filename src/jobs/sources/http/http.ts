/** One file behind a URL of HTTP, read by ranges where the server has them. */
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { messageOf } from '../../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { isSameHost } from '../../../http/addresses.ts';
import type { ClientResponse } from '../../../http/client.ts';
import { mayRedirectTo, REDIRECT_HOSTS_VARIABLE, sendOutbound } from '../../../http/outbound.ts';
import { shownUri } from '../../spec/redaction.ts';
import { ObjectsSource } from '../objects/objects-source.ts';
import type { ObjectStore, StoredObject } from '../objects/store.ts';
import type { OpenSource } from '../source.ts';

const REDIRECTS = 5;
/** An answer that has not begun by then is given up. */
const ANSWER_MILLIS = 60_000;
const REDIRECT = new Set([301, 302, 303, 307, 308]);

/** Throws USAGE. */
export const openHttp: OpenSource = async ({ source }, _secrets, folder) => {
  const url = URL.parse(source.uri);
  if (url === null) throw new PlimsollError('USAGE', { command: 'batch run', reason: 'the input is no URL' });
  const shown = shownUri(source.uri);
  return new ObjectsSource({ store: new HttpStore(url, shown), spec: source, folder, shown });
};

class HttpStore implements ObjectStore {
  ranges = true;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #shown: string;

  /** What is before the `@` of a URL goes as basic authentication, to its own host only. */
  constructor(url: URL, shown: string) {
    const { username, password } = url;
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const authorization = `Basic ${Buffer.from(user).toString('base64')}`;
    this.#headers = username === '' && password === '' ? {} : { authorization };
    this.#url = new URL(url);
    this.#url.username = '';
    this.#url.password = '';
    this.#shown = shown;
  }

  async list(): Promise<readonly StoredObject[]> {
    const answer = await this.#ask({ range: 'bytes=0-0' });
    answer.destroy();
    const { headers, statusCode } = answer;
    const range = /^bytes 0-0\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
    this.ranges = statusCode === 206 && range !== undefined;
    const size = this.ranges ? Number(range) : await this.#wholeSize();
    const { etag, 'last-modified': modified } = headers;
    if (etag === undefined && modified === undefined)
      throw this.#invalid(
        'the server gives neither an ETag nor a time of change, so that nobody could tell whether it changed: download it first',
      );
    return [
      { uri: this.#shown, size, mtimeMs: Date.parse(modified ?? '') || 0, version: etag ?? modified ?? '' },
    ];
  }

  async *read(object: StoredObject, from: number, to: number): AsyncIterable<Uint8Array> {
    const range = `bytes=${from}-${to - 1}`;
    // A weak ETag does not speak for bytes: the answer is compared instead.
    const strong = object.version.startsWith('W/') ? {} : { 'if-range': object.version };
    const answer = await this.#ask({ range, ...strong });
    const { headers, statusCode } = answer;
    const now = headers.etag ?? headers['last-modified'] ?? '';
    if (now !== object.version) {
      answer.destroy();
      throw new PlimsollError('INPUT_CHANGED', {
        path: object.uri,
        found: `version ${now}`,
        wanted: object.version,
      });
    }
    this.ranges = statusCode === 206;
    const [begin, end] = this.ranges ? [0, to - from] : [from, to];
    let at = 0;
    try {
      for await (const bytes of bytesOf(answer)) {
        const part = bytes.subarray(Math.max(0, begin - at), Math.max(0, end - at));
        at += bytes.length;
        if (part.length > 0) yield part;
        if (at >= end) break;
      }
    } catch (error) {
      throw this.#unavailable(error);
    }
    if (at < end) throw this.#unavailable(new Error(`the answer is ${end - at} bytes short`));
  }

  close(): void {
    // Connections belong to the process.
  }

  async #wholeSize(): Promise<number> {
    const answer = await this.#ask({});
    const { 'content-length': told, 'content-encoding': coding } = answer.headers;
    if (told !== undefined && coding === undefined) {
      answer.destroy();
      return Number(told);
    }
    let size = 0;
    for await (const bytes of bytesOf(answer)) size += bytes.length;
    return size;
  }

  async #ask(more: Readonly<Record<string, string>>): Promise<ClientResponse> {
    let url = this.#url;
    for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
      const own = url.origin === this.#url.origin ? this.#headers : {};
      // Bytes as they are: a range of a compressed answer would be a range of something else.
      const headers = { 'accept-encoding': 'identity', ...own, ...more };
      const answer = await this.#fetch(url, headers);
      const { location } = answer.headers;
      if (!REDIRECT.has(answer.statusCode) || location === undefined) return this.#checked(answer);
      answer.destroy();
      const next = URL.parse(location, url.href);
      if (next === null || !/^https?:$/.test(next.protocol))
        throw this.#invalid('it redirects to what is no URL of HTTP');
      if (url.protocol === 'https:' && next.protocol === 'http:')
        throw this.#invalid('it redirects from https to http');
      if (!isSameHost(url, next) && !mayRedirectTo(next))
        throw this.#invalid(
          `it redirects to another host, ${next.host}: name that one, or allow it with ${REDIRECT_HOSTS_VARIABLE}=${next.hostname}`,
        );
      url = next;
    }
    throw this.#invalid(`it redirects more than ${REDIRECTS} times`);
  }

  async #fetch(url: URL, headers: Readonly<Record<string, string>>): Promise<ClientResponse> {
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new Error(`no answer after ${ANSWER_MILLIS} ms`)),
      ANSWER_MILLIS,
    );
    try {
      return await sendOutbound(url, { headers, signal: late.signal });
    } catch (error) {
      throw this.#unavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #checked(answer: ClientResponse): ClientResponse {
    const { statusCode: status } = answer;
    if (status === 200 || status === 206) return answer;
    answer.destroy();
    if (status === 404 || status === 410) throw new PlimsollError('FILE_NOT_FOUND', { path: this.#shown });
    if (status === 416) throw new PlimsollError('INPUT_EMPTY', { path: this.#shown });
    const reason = `the server answers ${status}`;
    throw status >= 500 || status === 429 ? this.#unavailable(new Error(reason)) : this.#invalid(reason);
  }

  #invalid(reason: string): PlimsollError {
    return new PlimsollError('SOURCE_INVALID', { where: `"${this.#shown}"`, reason });
  }

  #unavailable(error: unknown): unknown {
    if (isPlimsollError(error)) return error;
    const message = messageOf(error);
    const cause = error instanceof Error ? error.cause : undefined;
    const reason = cause instanceof Error && cause.message !== '' ? cause.message : message;
    return new PlimsollError('SOURCE_UNAVAILABLE', { where: this.#shown, reason }, { cause: error });
  }
}

/** The bytes of an answer as they were meant: some servers compress whatever they are asked for. */
function bytesOf(answer: ClientResponse): AsyncIterable<Uint8Array> {
  const unpack = UNPACK[answer.headers['content-encoding'] ?? 'identity'];
  if (unpack === undefined) return answer;
  const unpacked = unpack();
  answer.once('error', (error) => unpacked.destroy(error));
  unpacked.once('close', () => answer.destroy());
  return answer.pipe(unpacked);
}

const UNPACK: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * Parses the head of a request as nearly every client sends it: `POST` with a Content-Length, and no header that changes the
 * meaning of the bytes. It accepts a subset of RFC 9112 that leaves no room for interpretation. Everything else is null, and is
 * left to `node:http`. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface FastPathHead {
  /** Its bytes, each as a character, to the empty line and including it. */
  readonly text: string;
  /** Path and query. */
  readonly url: string;
  /** By name in lower case, as `node:http` has them. Requests with the same head share it. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Content-Length in bytes. */
  readonly length: number;
}

/** Longest head in bytes; `node:http` accepts longer ones. */
export const HEAD_MAX_BYTES = 8192;

const [START, VERSION, LINE, END] = ['POST /', ' HTTP/1.1', '\r\n', '\r\n\r\n'];
/** No space, no fragment, nothing but ASCII. */
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
/** Most names of headers; others are for `node:http` to judge (RFC 9110 §5.6.2). */
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
/** Characters that no value may hold, a bare line break above all (RFC 9110 §5.5). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FORBIDDEN = /[\x00-\x08\x0a-\x1f\x7f]/;
const LENGTH = /^\d{1,9}$/;

/** Headers that change how the bytes are read or what happens to the connection, or that may be repeated. */
const OTHERS: ReadonlySet<string> = new Set([
  ...['transfer-encoding', 'content-encoding', 'trailer', 'te', 'expect', 'upgrade'],
  ...['keep-alive', 'proxy-connection', 'http2-settings', 'set-cookie'],
]);

/** Heads in the cache, and the longest head that is cached, in bytes. */
const [REMEMBERED_MOST, REMEMBERED_BYTES] = [256, 1024];

/** Parses heads, with a cache: clients repeat the same head, since only bodies differ and lengths are few. */
export class FastPathHeadParser {
  readonly #known = new Map<string, FastPathHead>();

  /** The head at the beginning of `text`, or null if it is incomplete or unusual. */
  read(text: string): FastPathHead | null {
    const end = text.startsWith(START) ? text.indexOf(END) : -1;
    if (end < 0) return null;
    const head = text.slice(0, end + END.length);
    const known = this.#known.get(head);
    if (known !== undefined) return known;
    if (head.length > REMEMBERED_BYTES) return readHead(head, end);
    // A slice would keep the whole text in memory, including the client's rows.
    const read = readHead(Buffer.from(head, 'latin1').toString('latin1'), end);
    if (read === null) return null;
    if (this.#known.size >= REMEMBERED_MOST) this.#known.clear();
    this.#known.set(read.text, read);
    return read;
  }
}

/** `end` is where the empty line begins. */
function readHead(text: string, end: number): FastPathHead | null {
  const line = text.indexOf(LINE);
  const url = text.slice(START.length - 1, line - VERSION.length);
  if (!text.startsWith(VERSION, line - VERSION.length) || !TARGET.test(url)) return null;
  const headers = headersIn(text, line + LINE.length, end + LINE.length);
  const length = headers?.['content-length'];
  if (headers === null || headers.host === undefined || length === undefined) return null;
  return { text, url, headers, length: Number(length) };
}

/** The lines from `at` to `end`; null where one is not of the usual kind, or of a name that has been there before. */
function headersIn(text: string, at: number, end: number): IncomingHttpHeaders | null {
  const headers: IncomingHttpHeaders = Object.create(null);
  for (let start = at; start < end; ) {
    const stop = text.indexOf(LINE, start);
    const colon = text.indexOf(':', start);
    if (colon < 0 || colon > stop) return null;
    const given = text.slice(start, colon);
    const name = given.toLowerCase();
    const value = trimmed(text, colon + 1, stop);
    if (!NAME.test(given) || name in headers || !isUsual(name, value)) return null;
    headers[name] = value;
    start = stop + LINE.length;
  }
  return headers;
}

function isUsual(name: string, value: string): boolean {
  if (OTHERS.has(name) || FORBIDDEN.test(value)) return false;
  if (name === 'content-length') return LENGTH.test(value);
  return name !== 'connection' || value.toLowerCase() === 'keep-alive';
}

/** Without the blanks around it (OWS, RFC 9110 §5.6.3). */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

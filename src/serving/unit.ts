/** Whom a request is for: the id of its unit, from a header, a cookie or the body. Pure. */
import type { Signature } from '../model/signature.ts';
import type { UnitSource } from '../rollout/route.ts';
import { ENVELOPES } from './rows/decode.ts';

/** Longest id in UTF-8 bytes; requests with a longer one are units of their own. */
export const UNIT_MAX = 4096;

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The id that the headers name, or null: the header first, then the cookie. */
export function unitInHeaders(headers: Headers, { header, cookie }: UnitSource): string | null {
  const named = textOf(headers[header]);
  if (named !== null) return named;
  return cookie === null ? null : textOf(cookieIn(headers['cookie'], cookie));
}

/**
 * The id under a key at the top of a parsed body, or null: a string, or an integer as its decimal digits (integers
 * beyond 2^53 lose digits in JSON, and so are none).
 */
export function unitInBody(body: unknown, field: string): string | null {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return null;
  const value = (body as Readonly<Record<string, unknown>>)[field];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && isUnit(value) ? value : null;
}

/**
 * Takes the id's key out of a parsed body, so that only rows are left; where the body is a bare row of a model that has
 * a column of that name, it stays.
 */
export function withoutUnit(body: unknown, field: string, hasColumn: boolean): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !Object.hasOwn(body, field)) {
    return body;
  }
  if (hasColumn && !ENVELOPES.some((key) => key !== field && Object.hasOwn(body, key))) return body;
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== field));
}

export const hasColumn = (signature: Signature, name: string): boolean =>
  signature.form === 'tensors'
    ? signature.tensors.some((tensor) => tensor.name === name)
    : signature.columns.some((column) => column.name === name);

/**
 * A header's text as its client meant it: `node:http` gives a character for each byte, and ids beyond ASCII usually
 * come as UTF-8. Bytes that are none stand for themselves (ISO 8859-1, RFC 9110 §5.5).
 */
function textOf(value: string | string[] | undefined): string | null {
  if (typeof value !== 'string') return null;
  const text = isAscii(value) ? value : utf8Of(value);
  return isUnit(text) ? text : null;
}

const isUnit = (text: string): boolean =>
  text !== '' && text.length <= UNIT_MAX && (text.length * 3 <= UNIT_MAX || bytesOf(text) <= UNIT_MAX);

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).length;

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function utf8Of(binary: string): string {
  try {
    return decoder.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return binary;
  }
}

/** Value of a cookie as it was sent (RFC 6265 §5.4), without the quotes that may stand around it. */
function cookieIn(header: string | string[] | undefined, name: string): string | undefined {
  if (typeof header !== 'string') return undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    return pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
  }
  return undefined;
}

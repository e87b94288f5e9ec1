/** Whom a request is for: the id of its unit, from a header, a cookie or the body. Pure. */
import { isRecord } from '../core/record.ts';
import type { Signature } from '../model/signature.ts';
import type { UnitSource } from '../rollout/route.ts';
import { ENVELOPES } from './rows/decode.ts';

/** Longest id in UTF-8 bytes; requests with a longer one are units of their own. */
export const UNIT_ID_MAX_BYTES = 4096;

export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The id that the headers name, or null: the header first, then the cookie. */
export function unitInHeaders(headers: RequestHeaders, { header, cookie }: UnitSource): string | null {
  const named = headerText(headers, header);
  if (named !== null && isUnit(named)) return named;
  const sent = cookie === null ? null : cookieIn(headerText(headers, 'cookie'), cookie);
  return sent !== null && isUnit(sent) ? sent : null;
}

/**
 * The id under a key at the top of a parsed body, or null: a string, or an integer as its decimal digits (integers
 * beyond 2^53 lose digits in JSON, and so are none).
 */
export function unitInBody(body: unknown, field: string): string | null {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return null;
  const value: unknown = Reflect.get(body, field);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && isUnit(value) ? value : null;
}

/** More than the longest id, with every character escaped (`\\u00e9`), and its key. */
const START_MAX = 8 * UNIT_ID_MAX_BYTES;
const FIRST_MEMBER = /^\s*\{\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)\s*[,}]/;

/**
 * The id in a body that is too large to be read here: only where it is the first member of the object, which needs no
 * reading of the rest.
 */
export function unitAtStart(body: Buffer, field: string): string | null {
  const [, key, value] = FIRST_MEMBER.exec(body.toString('utf8', 0, START_MAX)) ?? [];
  if (key === undefined || value === undefined) return null;
  try {
    return unitInBody(JSON.parse(`{${key}:${value}}`), field);
  } catch {
    return null;
  }
}

/**
 * Takes the id's key out of a parsed body, so that only rows are left; where the body is a bare row of a model that has
 * a column of that name, it stays.
 */
export function withoutUnit(body: unknown, field: string, signature: Signature): unknown {
  if (!isRecord(body) || !Object.hasOwn(body, field)) {
    return body;
  }
  const isRow = !ENVELOPES.some((key) => key !== field && Object.hasOwn(body, key));
  if (isRow && hasColumn(signature, field)) return body;
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== field));
}

const hasColumn = (signature: Signature, name: string): boolean =>
  signature.form === 'tensors'
    ? signature.tensors.some((tensor) => tensor.name === name)
    : signature.columns.some((column) => column.name === name);

/**
 * A header's text as its client meant it, or null without one: `node:http` gives a character for each byte, and what is
 * beyond ASCII usually comes as UTF-8. Bytes that are none stand for themselves (ISO 8859-1, RFC 9110 §5.5).
 */
export function headerText(headers: RequestHeaders, name: string): string | null {
  const value = headers[name];
  if (typeof value !== 'string') return null;
  return isAscii(value) ? value : utf8Of(value);
}

const isUnit = (text: string): boolean =>
  text !== '' &&
  text.length <= UNIT_ID_MAX_BYTES &&
  (text.length * 3 <= UNIT_ID_MAX_BYTES || bytesOf(text) <= UNIT_ID_MAX_BYTES);

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
function cookieIn(header: string | null, name: string): string | null {
  if (header === null) return null;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    return pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
  }
  return null;
}

import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';

/** The string encodings of pickle opcodes (CPython Lib/pickle.py, Objects/unicodeobject.c). */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const SHORT = 48;

const corrupt = (what: string, offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what, offset, found, wanted });

const isAscii = (bytes: Uint8Array): boolean => {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f) return false;
  return true;
};

/** UTF-8 with lone surrogates allowed, as Python writes str (errors='surrogatepass'). */
export function decodeUtf8(bytes: Uint8Array, what: string, offset: number): string {
  // A TextDecoder call costs more than a short name does.
  if (bytes.length <= SHORT && isAscii(bytes)) return Reflect.apply(String.fromCharCode, null, bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    return decodeWithSurrogates(bytes, what, offset);
  }
}

function decodeWithSurrogates(bytes: Uint8Array, what: string, offset: number): string {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i + 2 < bytes.length; i++) {
    if (bytes[i] !== 0xed || (bytes[i + 1]! & 0xe0) !== 0xa0 || (bytes[i + 2]! & 0xc0) !== 0x80) continue;
    parts.push(decodeStrict(bytes.subarray(start, i), what, offset + start));
    parts.push(String.fromCharCode(0xd000 | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f)));
    start = i + 3;
    i += 2;
  }
  parts.push(decodeStrict(bytes.subarray(start), what, offset + start));
  return parts.join('');
}

function decodeStrict(bytes: Uint8Array, what: string, offset: number): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw corrupt(what, offset, 'bytes that are not UTF-8', 'UTF-8');
    throw cause;
  }
}

const CHUNK = 8192;

/** One character a byte. */
export function decodeLatin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    parts.push(Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + CHUNK)));
  }
  return parts.length === 1 ? elementAt(parts, 0) : parts.join('');
}

/** The bytes of a Latin-1 string, or null where a character does not fit one byte. */
export function encodeLatin1(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return null;
    bytes[i] = code;
  }
  return bytes;
}

/** The raw-unicode-escape codec of opcode UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX`. */
export function decodeRawUnicodeEscape(bytes: Uint8Array, what: string, offset: number): string {
  return decodeLatin1(bytes).replaceAll(
    /(\\+)(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g,
    (whole, slashes: string, short?: string, long?: string) => {
      // An even run of backslashes escapes nothing (CPython _PyUnicode_DecodeRawUnicodeEscapeStateful).
      if (slashes.length % 2 === 0) return whole;
      const code = Number.parseInt(short ?? long!, 16);
      if (code > 0x10ffff) throw corrupt(what, offset, `\\U${long}`, 'a code point up to 10ffff');
      return slashes.slice(1) + String.fromCodePoint(code);
    },
  );
}

const BACKSLASH = 0x5c;
/** What follows a backslash, and the byte that both stand for. */
const SIMPLE_ESCAPES = new Map<number, number>(
  Object.entries({ '\\': BACKSLASH, "'": 0x27, '"': 0x22, a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }).map(
    ([letter, byte]) => [letter.charCodeAt(0), byte],
  ),
);
const [LETTER_X, ZERO, SEVEN] = [0x78, 0x30, 0x37];
const QUOTES: readonly number[] = [0x27, 0x22];
/** What String.prototype.trimEnd takes away, as far as it is one byte. */
const isSpace = (byte: number): boolean => (byte >= 9 && byte <= 13) || byte === 0x20 || byte === 0xa0;

/**
 * The quoted, backslash-escaped bytes of opcode STRING (codecs.escape_decode), one character a byte. They are walked by hand: of each
 * match of a pattern a file of nothing else makes strings that take many times its size.
 */
export function decodeQuoted(bytes: Uint8Array, what: string, offset: number): string {
  let end = bytes.length;
  while (end > 0 && isSpace(bytes[end - 1]!)) end--;
  if (end < 2 || !QUOTES.includes(bytes[0]!) || bytes[end - 1] !== bytes[0])
    throw corrupt(what, offset, 'a string without matching quotes', 'a quoted string');
  const inner = bytes.subarray(1, end - 1);
  const out = new Uint8Array(inner.length);
  let length = 0;
  for (let at = 0; at < inner.length; ) {
    const escaped = inner[at] === BACKSLASH ? escapeAt(inner, at + 1) : null;
    if (escaped === 'unfinished')
      throw corrupt(what, offset, 'an unfinished \\x escape', 'two hexadecimal digits');
    out[length++] = escaped?.byte ?? inner[at]!;
    at += escaped?.length ?? 1;
  }
  return decodeLatin1(out.subarray(0, length));
}

interface EscapedByte {
  readonly byte: number;
  /** Of the escape, with its backslash. */
  readonly length: number;
}

/** The escape whose backslash stands before `at`; null where it is none, and stands for itself. */
function escapeAt(bytes: Uint8Array, at: number): EscapedByte | 'unfinished' | null {
  const first = bytes[at];
  if (first === undefined) return null;
  const simple = SIMPLE_ESCAPES.get(first);
  if (simple !== undefined) return { byte: simple, length: 2 };
  if (first === LETTER_X) {
    const [high, low] = [hexDigit(bytes[at + 1]), hexDigit(bytes[at + 2])];
    return high < 0 || low < 0 ? 'unfinished' : { byte: 16 * high + low, length: 4 };
  }
  let [byte, length] = [0, 0];
  for (; length < 3 && isOctal(bytes[at + length]); length++) byte = 8 * byte + bytes[at + length]! - ZERO;
  return length === 0 ? null : { byte: byte & 0xff, length: length + 1 };
}

const isOctal = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= SEVEN;

/** Of a hexadecimal digit, or -1. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= ZERO && byte <= 0x39) return byte - ZERO;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

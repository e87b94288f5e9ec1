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

const SIMPLE_ESCAPES = new Map<string, number>(
  Object.entries({ '\\': 0x5c, "'": 0x27, '"': 0x22, a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }),
);

/** The quoted, backslash-escaped bytes of opcode STRING (codecs.escape_decode), one character a byte. */
export function decodeQuoted(bytes: Uint8Array, what: string, offset: number): string {
  const text = decodeLatin1(bytes).trimEnd();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) {
    throw corrupt(what, offset, 'a string without matching quotes', 'a quoted string');
  }
  return text.slice(1, -1).replaceAll(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (whole, sequence: string) => {
    const simple = SIMPLE_ESCAPES.get(sequence);
    if (simple !== undefined) return String.fromCharCode(simple);
    if (sequence === 'x') throw corrupt(what, offset, 'an unfinished \\x escape', 'two hexadecimal digits');
    if (sequence[0] === 'x') return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    if (/^[0-7]+$/.test(sequence)) return String.fromCharCode(Number.parseInt(sequence, 8) & 0xff);
    return whole;
  });
}

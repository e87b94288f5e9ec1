/** Python's idea of characters: `str.isalnum`, `str.isspace`, `str.lower`, accents. */

const WORD = /[\p{L}\p{N}_]/u;
const UNKNOWN = 0;
const NO = 1;
const YES = 2;

/** Answers of `isWord` for the Basic Multilingual Plane, filled as they are asked. */
const words = new Uint8Array(0x10000);

/** Python's `\w`: `str.isalnum()` or an underscore; combining marks are not word characters. */
export function isWord(point: number): boolean {
  if (point > 0xffff) return WORD.test(String.fromCodePoint(point));
  if (words[point] === UNKNOWN) words[point] = WORD.test(String.fromCharCode(point)) ? YES : NO;
  return words[point] === YES;
}

/** Python's `\d`: `str.isdecimal()`, category Nd. */
export const isDigit = (point: number): boolean =>
  point < 0x80 ? point >= 0x30 && point <= 0x39 : /\p{Nd}/u.test(String.fromCodePoint(point));

/** Python's `\s` and the separators of `str.split()`: `str.isspace()`, which knows \x1c-\x1f and not \ufeff. */
const SPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACE = new RegExp(`[${SPACE_CLASS}]`);
const SPACES = new RegExp(`[${SPACE_CLASS}]+`, 'g');
const TWO_SPACES = new RegExp(`[${SPACE_CLASS}]{2,}`, 'g');

export const isSpace = (point: number): boolean => point <= 0xffff && SPACE.test(String.fromCharCode(point));

/** Python's `str.split()`. */
export const splitWords = (text: string): string[] => text.split(SPACES).filter((word) => word !== '');

/** Runs of two or more white-space characters as one blank, as the character analyzers read a document. */
export const squeezeSpaces = (text: string): string => text.replaceAll(TWO_SPACES, ' ');

/** The code points of a text, one string each. */
export const characters = (text: string): readonly string[] => Array.from(text);

const ASCII_ONLY = /^[\0-\x7f]*$/;
const NOT_ASCII = /[^\0-\x7f]/g;

/** `strip_accents_ascii`: compatibility decomposition, then everything outside ASCII goes. */
export const stripToAscii = (text: string): string => text.normalize('NFKD').replaceAll(NOT_ASCII, '');

/** `strip_accents_unicode`: compatibility decomposition without the characters of non-zero combining class. */
export function stripAccents(text: string): string {
  if (ASCII_ONLY.test(text)) return text;
  let stripped = '';
  for (const char of text.normalize('NFKD')) if (!isCombining(char)) stripped += char;
  return stripped;
}

/** `strip_accents_unicode` before scikit-learn 0.22: text that is decomposed already stays as it is. */
export const stripComposedAccents = (text: string): string =>
  text.normalize('NFKD') === text ? text : stripAccents(text);

const combining = new Map<string, boolean>();
/** Marks of class 1 (the lowest but "not reordered") and 230. */
const OVERLAY = '\u0334';
const ACUTE = '\u0301';

/**
 * Whether `unicodedata.combining(char)` is non-zero, for a fully decomposed character. JavaScript has no such
 * property, but normalisation sorts marks by it: a class above 1 moves behind an overlay, class 1 before an acute.
 */
export function isCombining(char: string): boolean {
  if (char < '\u0300') return false;
  let known = combining.get(char);
  if (known === undefined) {
    known =
      (char + OVERLAY).normalize('NFD') === OVERLAY + char ||
      (ACUTE + char).normalize('NFD') === char + ACUTE;
    combining.set(char, known);
  }
  return known;
}

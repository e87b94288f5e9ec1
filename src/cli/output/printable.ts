/**
 * What moves, repaints or reorders a terminal, or is not seen: control characters (C0, DEL, C1), line separators, marks
 * that order text (Unicode's Bidi_Control), the byte order mark, tag characters.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff\u{e0000}-\u{e007f}]/gu;
/** Colours as `styleText` sets and ends them, none of which hides text. */
const COLOUR = `${String.fromCharCode(27)}\\[(?:[0-4]|2[2-4]|3[1-7]|39|9[0-7])m`;
const UNSAFE_OR_COLOUR = new RegExp(`${COLOUR}|${UNSAFE.source}`, 'gu');

/** As JSON escapes it, a UTF-16 unit at a time. */
const escaped = (char: string): string =>
  Array.from(
    { length: char.length },
    (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** A stranger's word on one line: a name in a model file may be a command to the terminal, or a forged line. */
export const printable = (text: string): string => text.replaceAll(UNSAFE, escaped);

/** The same for a message, which may have several lines. */
export const printableLines = (text: string): string =>
  text.replaceAll(UNSAFE, (char) => (char === '\n' ? char : escaped(char)));

/**
 * A command's whole answer, whatever its parts forgot: lines and the program's own colours stay. A JSON document keeps its
 * meaning, for what is escaped stands in its strings alone.
 */
export const printableAnswer = (text: string): string =>
  text.replaceAll(UNSAFE_OR_COLOUR, (part) => (part === '\n' || part.length > 2 ? part : escaped(part)));

/** Every string inside plain data made printable, keys included. */
export function printableData<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableData) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [printable(key), printableData(inner)]),
  ) as T;
}

/** Control characters (C0, DEL, C1), line separators and marks that reorder text: what moves or repaints a terminal. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A stranger's word on one line: a name in a model file may be a command to the terminal, or a forged line. */
export const printable = (text: string): string => text.replaceAll(UNSAFE, escaped);

/** The same for a message, which may have several lines. */
export const printableLines = (text: string): string =>
  text.replaceAll(UNSAFE, (char) => (char === '\n' ? char : escaped(char)));

/** Every string inside plain data made printable, keys included. */
export function printableData<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableData) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [printable(key), printableData(inner)]),
  ) as T;
}

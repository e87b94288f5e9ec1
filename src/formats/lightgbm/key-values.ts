import { truncate } from '../../text/truncate.ts';
import { spanText, type TextLines, type TextSpan } from './text-lines.ts';

const EQUALS = 0x3d;
/** Keys of one block; LightGBM writes about twenty. */
const MAX_KEYS = 200;
const MAX_KEY = 64;

/** What is wrong with a value, said with its place in the file. */
export const shownSpan = (span: TextSpan): string =>
  `"${truncate(spanText({ ...span, bytes: span.bytes.subarray(0, 200) }), 40)}"`;

/**
 * Lines of the form `key=value` that belong together. A key that comes twice is refused: one program would take the
 * first, another the last.
 */
export class KeyValues {
  readonly lines: TextLines;
  /** Where the block begins. */
  readonly offset: number;
  readonly #values = new Map<string, TextSpan>();

  constructor(lines: TextLines, offset: number) {
    this.lines = lines;
    this.offset = offset;
  }

  /** Takes a line; a line without `=` is a flag, which has an empty value. */
  add(line: TextSpan): void {
    const at = line.bytes.subarray(0, MAX_KEY + 1).indexOf(EQUALS);
    const size = at < 0 ? line.bytes.length : at;
    if (size > MAX_KEY || this.#values.size >= MAX_KEYS) {
      const wanted = `at most ${MAX_KEYS} lines of the form key=value`;
      throw this.lines.corrupt(line.offset, shownSpan(line), wanted);
    }
    const key = spanText({ bytes: line.bytes.subarray(0, size), offset: line.offset });
    if (this.#values.has(key)) throw this.lines.corrupt(line.offset, `a second ${key}`, 'one of each key');
    const from = at < 0 ? size : size + 1;
    this.#values.set(key, { bytes: line.bytes.subarray(from), offset: line.offset + from });
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): TextSpan | null {
    return this.#values.get(key) ?? null;
  }

  required(key: string): TextSpan {
    const value = this.#values.get(key);
    if (value === undefined) throw this.lines.corrupt(this.offset, `no ${key}`, `a line ${key}=`);
    return value;
  }

  text(key: string): string | null {
    const value = this.#values.get(key);
    return value === undefined ? null : spanText(value).trim();
  }

  /** A whole number from `from` to `to`; `fallback` where the key is absent. */
  count(key: string, [from, to]: readonly [number, number], fallback?: number): number {
    const value = fallback === undefined ? this.required(key) : this.get(key);
    if (value === null) return fallback ?? from;
    const text = spanText(value).trim();
    const number = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= from && number <= to))
      throw this.lines.corrupt(
        value.offset,
        `${key}=${shownSpan(value)}`,
        `a whole number from ${from} to ${to}`,
      );
    return number;
  }
}

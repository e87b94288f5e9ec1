import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';

/** A line, or what follows the `=` of one, with the offset of its first byte. */
export interface TextSpan {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Lines between two looks at the clock. */
const LINES_A_LOOK = 4096;

const UTF8 = new TextDecoder();

/** Text of a span. A byte that is no UTF-8 becomes the replacement character, as names are only shown. */
export const spanText = ({ bytes }: TextSpan): string => UTF8.decode(bytes);

/** Lines of a text, one after the other, without their ends (`\n` or `\r\n`). Nothing is copied. */
export class TextLines {
  readonly what: string;
  readonly budget: ReadBudget;
  readonly #bytes: Uint8Array;
  #at = 0;
  #lines = 0;
  #peeked: TextSpan | null = null;

  constructor(bytes: Uint8Array, what: string, budget: ReadBudget) {
    this.#bytes = bytes;
    this.what = what;
    this.budget = budget;
  }

  /** The next line without moving past it; null at the end. */
  peek(): TextSpan | null {
    this.#peeked ??= this.#read();
    return this.#peeked;
  }

  /** The next line; null at the end. Throws READ_LIMIT where it is too long, or time is up. */
  next(): TextSpan | null {
    const line = this.peek();
    this.#peeked = null;
    return line;
  }

  #read(): TextSpan | null {
    const offset = this.#at;
    if (offset >= this.#bytes.length) return null;
    const found = this.#bytes.indexOf(NEWLINE, offset);
    const end = found < 0 ? this.#bytes.length : found;
    this.budget.check('stringBytes', end - offset, `a line of ${this.what}`, offset);
    this.#lines += 1;
    if (this.#lines % LINES_A_LOOK === 0) this.budget.checkTime(this.what, offset);
    this.#at = end + 1;
    const last = end > offset && this.#bytes[end - 1] === RETURN ? end - 1 : end;
    return { bytes: this.#bytes.subarray(offset, last), offset };
  }

  corrupt(offset: number, found: string, wanted: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what: this.what, offset, found, wanted });
  }

  /** The text ends where something has to follow. */
  truncated(wanted: string): PlimsollError {
    return new PlimsollError('READ_TRUNCATED', {
      what: this.what,
      offset: this.#bytes.length,
      found: 0,
      wanted,
    });
  }
}

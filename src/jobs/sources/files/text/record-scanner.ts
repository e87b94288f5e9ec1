/** Finds where records of a text file begin, and on which line, while its bytes pass by. Pure. */
import { PlimsollError } from '../../../../core/errors.ts';
import type { LayoutScanner } from '../format.ts';
import { ByteFinder } from './byte-finder.ts';
import { type MarksPart, RecordMarks, type TextLayout } from './marks.ts';

/** Bytes of a record at most. */
export const RECORD_BYTES_MAX = 16 * 2 ** 20;

const LF = 10;
const CR = 13;
const QUOTE = 34;
const SPACE = 32;

export interface ScannerOptions {
  readonly path: string;
  /** Where the first record begins, after a header. */
  readonly start: number;
  /** Line on which that is, from 1. */
  readonly line: number;
  /** Byte between cells, where quotes keep line breaks in a cell; null where a record is a line. */
  readonly delimiter: number | null;
}

/** What the rest of a file depends on, at the end of a piece. */
interface State {
  readonly at: number;
  readonly last: number;
  readonly quoted: boolean;
  readonly closedAt: number;
  readonly quoteLine: number;
  readonly blank: boolean;
  readonly begin: number;
  readonly beginLine: number;
  readonly line: number;
}

/**
 * A quote opens where a cell begins, and is closed by the next one that is not doubled (RFC 4180, section 2); any other is a
 * character. Lines end with LF, or CR LF. Lines without anything in them are no records; where a record is a line, nor are
 * those of nothing but white space.
 */
export class RecordScanner implements LayoutScanner {
  readonly #options: ScannerOptions;
  readonly #marks = new RecordMarks();
  #state: { -readonly [name in keyof State]: State[name] };

  constructor(options: ScannerOptions) {
    this.#options = options;
    const { start, line } = options;
    this.#state = {
      at: 0,
      last: LF,
      quoted: false,
      closedAt: -1,
      quoteLine: 0,
      blank: true,
      begin: start,
      beginLine: line,
      line,
    };
  }

  update(bytes: Buffer): void {
    const state = this.#state;
    const base = state.at;
    const from = Math.min(bytes.length, Math.max(0, this.#options.start - base));
    state.at += bytes.length;
    if (from === bytes.length) return;
    if (this.#options.delimiter === null) this.#lines(bytes, base, from);
    else this.#cells(bytes, base, from, this.#options.delimiter);
    state.last = bytes[bytes.length - 1]!;
    this.#checkLength(state.at);
  }

  #lines(bytes: Buffer, base: number, from: number): void {
    const state = this.#state;
    for (let i = from; i < bytes.length; ) {
      // What is no white space makes the rest of its line uninteresting.
      while (state.blank && i < bytes.length && bytes[i] !== LF) {
        state.blank = bytes[i]! <= SPACE;
        i += 1;
      }
      const end = bytes.indexOf(LF, i);
      if (end < 0) return;
      this.#endRecord(base + end + 1);
      i = end + 1;
    }
  }

  #cells(bytes: Buffer, base: number, from: number, delimiter: number): void {
    const state = this.#state;
    const finder = new ByteFinder(bytes, LF, QUOTE);
    for (let i = finder.next(from); i < bytes.length; i = finder.next(i + 1)) {
      const before = i === 0 ? state.last : bytes[i - 1]!;
      if (bytes[i] === QUOTE) this.#quote(base + i, before, delimiter);
      else if (state.quoted) state.line += 1;
      else {
        const length = base + i - state.begin;
        state.blank = length === 0 || (length === 1 && before === CR);
        this.#endRecord(base + i + 1);
      }
    }
    state.blank = false;
  }

  #quote(at: number, before: number, delimiter: number): void {
    const state = this.#state;
    if (state.quoted) {
      state.quoted = false;
      state.closedAt = at;
    } else if (state.closedAt === at - 1 && state.closedAt >= state.begin) {
      state.quoted = true; // a doubled one
    } else if (at === state.begin || before === delimiter) {
      state.quoted = true;
      state.quoteLine = state.line;
    }
  }

  /** The line that ends before `next` ends a record, unless it is blank. */
  #endRecord(next: number): void {
    const state = this.#state;
    if (!state.blank) this.#marks.add(state.begin, state.beginLine);
    if (next - state.begin > RECORD_BYTES_MAX) this.#checkLength(next);
    state.line += 1;
    state.begin = next;
    state.beginLine = state.line;
    state.blank = true;
  }

  #checkLength(end: number): void {
    const { begin, beginLine, quoted } = this.#state;
    if (end - begin <= RECORD_BYTES_MAX) return;
    if (quoted) throw this.#unclosed();
    throw this.#invalid(beginLine, `the record exceeds the limit of ${RECORD_BYTES_MAX} bytes`);
  }

  endPiece(): string {
    return JSON.stringify({ state: this.#state, records: this.#marks.records, marks: this.#marks.part() });
  }

  restore(found: string): void {
    const { state, records, marks } = JSON.parse(found) as {
      state: State;
      records: number;
      marks: MarksPart;
    };
    this.#state = { ...state };
    this.#marks.restore(marks, records);
  }

  finish(): TextLayout {
    const { quoted, line, quoteLine, at, begin, last } = this.#state;
    // A quote that is open on the last line spoils that line; one before it hides how many rows follow.
    if (quoted && line - quoteLine > (last === LF ? 1 : 0)) throw this.#unclosed();
    const length = at - begin;
    const blank = this.#options.delimiter === null ? this.#state.blank : length === 1 && last === CR;
    if (length > 0 && !blank) this.#marks.add(begin, this.#state.beginLine);
    return this.#marks.layout(at);
  }

  #unclosed(): PlimsollError {
    const problem =
      'the quote that opens here is never closed, so that nothing tells where the rows after it begin';
    return this.#invalid(this.#state.quoteLine, problem);
  }

  #invalid(line: number, problem: string): PlimsollError {
    return new PlimsollError('INPUT_INVALID', { problem: `${this.#options.path} line ${line}: ${problem}` });
  }
}

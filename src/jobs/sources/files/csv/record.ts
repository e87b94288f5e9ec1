/** One record of CSV: where its cells are. Pure. */

const LF = 10;
const CR = 13;
const QUOTE = 34;

/** How a cell is written: as it is, in quotes, in quotes with doubled ones in it. */
export const WRITTEN = { plain: 0, quoted: 1, doubled: 2 } as const;

/**
 * Finds the cells of one record after the other, as `RecordScanner` finds records. Nothing is kept of a record once the
 * next one is read.
 */
export class CsvRecord {
  readonly #delimiter: number;
  /** Cells beyond these are counted only. */
  readonly #width: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** A member of `WRITTEN` for each cell. */
  readonly written: Uint8Array;
  /** Cells of the record; 0 for a blank line. */
  cells = 0;
  /** Cell with a quote where none may be, from 0; -1 where there is none. */
  misquoted = -1;

  constructor(delimiter: number, width: number) {
    this.#delimiter = delimiter;
    this.#width = width;
    this.starts = new Int32Array(width);
    this.ends = new Int32Array(width);
    this.written = new Uint8Array(width);
  }

  /** Reads the record that begins at `at`, of bytes that end at `end`; answers where the next one begins. */
  read(bytes: Uint8Array, at: number, end: number): number {
    this.cells = 0;
    this.misquoted = -1;
    const first = bytes[at]!;
    if (first === LF) return at + 1;
    if (first === CR && (at + 1 === end || bytes[at + 1] === LF)) return Math.min(at + 2, end);
    const delimiter = this.#delimiter;
    for (let i = at; ; ) {
      i = bytes[i] === QUOTE && i < end ? this.#quoted(bytes, i, end) : this.#plain(bytes, i, end);
      if (i >= end || bytes[i] !== delimiter) return Math.min(i + 1, end);
      i += 1;
    }
  }

  /** Reads a cell without quotes; answers where its delimiter or line break is. */
  #plain(bytes: Uint8Array, start: number, end: number): number {
    const delimiter = this.#delimiter;
    let i = start;
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === delimiter || byte === LF) break;
      if (byte === QUOTE) this.misquoted = this.cells;
    }
    const broken = i === end || bytes[i] === LF;
    this.#add(start, broken && i > start && bytes[i - 1] === CR ? i - 1 : i, WRITTEN.plain);
    return i;
  }

  /** Reads a cell whose first byte is a quote; answers where its delimiter or line break is. */
  #quoted(bytes: Uint8Array, quote: number, end: number): number {
    let written: number = WRITTEN.quoted;
    let i = quote + 1;
    for (; i < end; i++) {
      if (bytes[i] !== QUOTE) continue;
      if (i + 1 === end || bytes[i + 1] !== QUOTE) break;
      written = WRITTEN.doubled;
      i += 1;
    }
    const closed = i < end;
    if (!closed) this.misquoted = this.cells;
    this.#add(quote + 1, i, written);
    const delimiter = this.#delimiter;
    const after = i + 1;
    for (i = after; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === delimiter || byte === LF) break;
      // What follows a closing quote, but for the first half of CR LF.
      if (byte !== CR || i > after || (i + 1 < end && bytes[i + 1] !== LF)) this.misquoted = this.cells - 1;
    }
    return i;
  }

  #add(start: number, end: number, written: number): void {
    const cell = this.cells++;
    if (cell >= this.#width) return;
    this.starts[cell] = start;
    this.ends[cell] = end;
    this.written[cell] = written;
  }
}

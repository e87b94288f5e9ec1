/** How a CSV file is written: told by its beginning, once, and kept. Pure. */

import { elementAt } from '../../../../core/element-at.ts';
import { PlimsollError } from '../../../../core/errors.ts';
import { anyNumber, anyText, list, shape } from '../../../../schema/value-schema.ts';
import { HEAD_BYTES, startOfText } from '../text/head.ts';
import { TEXT_LAYOUT_KEYS } from '../text/marks.ts';
import { CsvRecord, WRITTEN } from './record.ts';

export interface CsvDialect {
  /** Byte between cells. */
  readonly delimiter: number;
  /** Names of the columns, in order; '' where one has none. */
  readonly header: readonly string[];
  /** Where the first record after the header begins, and on which line. */
  readonly start: number;
  readonly line: number;
}

/** Where a file can be cut, and how it is read. */
export const CSV_LAYOUT = shape({
  ...TEXT_LAYOUT_KEYS,
  dialect: shape({ delimiter: anyNumber, header: list(anyText), start: anyNumber, line: anyNumber }),
});

/** Records that are looked at. */
const LOOKED_AT = 50;
/** Comma, semicolon, tab, bar. */
const DELIMITERS: readonly number[] = [44, 59, 9, 124];
const CELLS_MAX = 100_000;

/**
 * Tells delimiter and header from the first bytes of a file; `whole` says whether there are no others. Throws INPUT_INVALID
 * where there is no header.
 */
export function dialectOf(head: Buffer, whole: boolean, path: string): CsvDialect {
  const from = startOfText(head, path);
  if (!head.subarray(from).some((byte) => byte > 32)) throw invalid(path, 'a header was wanted, it has none');
  const dialects = DELIMITERS.map((delimiter) => new Trial(head, from, whole, delimiter));
  // The most cells in the header, among those that divide records like the header; the first of equals.
  const fitting = dialects.filter(
    ({ share }) => share >= Math.max(...dialects.map((other) => other.share)) / 2,
  );
  const best = fitting.reduce((a, b) => (b.width > a.width ? b : a));
  return best.dialect(path);
}

/** The file as one delimiter divides it. */
class Trial {
  readonly width: number;
  /** Share of the records looked at that have as many cells as the header. */
  readonly share: number;
  readonly #head: Buffer;
  readonly #from: number;
  readonly #delimiter: number;
  readonly #whole: boolean;

  constructor(head: Buffer, from: number, whole: boolean, delimiter: number) {
    this.#head = head;
    this.#from = from;
    this.#delimiter = delimiter;
    this.#whole = whole;
    const record = new CsvRecord(delimiter, 0);
    const widths: number[] = [];
    for (let at = from; at < head.length && widths.length < LOOKED_AT; ) {
      at = record.read(head, at, head.length);
      if (record.cells > 0 && (whole || at < head.length)) widths.push(record.cells);
    }
    this.width = widths[0] ?? 1;
    this.share = this.width === 1 ? 0 : widths.filter((width) => width === this.width).length / widths.length;
  }

  dialect(path: string): CsvDialect {
    if (this.width > CELLS_MAX)
      throw invalid(path, `its header has ${this.width} columns, the limit is ${CELLS_MAX}`);
    const head = this.#head;
    const record = new CsvRecord(this.#delimiter, this.width);
    let line = 1;
    let at = this.#from;
    let start = at;
    do {
      start = at;
      at = record.read(head, at, head.length);
      line += countLines(head, start, at);
    } while (record.cells === 0 && at < head.length);
    if (!this.#whole && at >= head.length) throw invalid(path, `its header exceeds ${HEAD_BYTES} bytes`);
    if (record.misquoted >= 0)
      throw invalid(path, `its header has a quote in column ${record.misquoted + 1} where none may be`);
    const header = Array.from({ length: record.cells }, (_, cell) => cellText(head, record, cell));
    if (header.some((name) => name.includes('\r')))
      throw invalid(path, 'its lines end with CR alone, LF or CR LF was wanted');
    return { delimiter: this.#delimiter, header, start: at, line };
  }
}

/** The text of a cell. */
export function cellText(bytes: Buffer, record: CsvRecord, cell: number): string {
  const text = bytes.toString('utf8', elementAt(record.starts, cell), elementAt(record.ends, cell));
  return record.written[cell] === WRITTEN.doubled ? text.replaceAll('""', '"') : text;
}

const countLines = (bytes: Uint8Array, from: number, to: number): number => {
  let lines = 0;
  for (let i = from; i < to; i++) if (bytes[i] === 10) lines += 1;
  return lines;
};

const invalid = (path: string, problem: string): PlimsollError =>
  new PlimsollError('INPUT_INVALID', { problem: `${path}: ${problem}` });

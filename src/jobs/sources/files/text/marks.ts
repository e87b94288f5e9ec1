/** Where records of a text file begin: enough of them to cut it, few enough to keep. Pure. */

import { elementAt } from '../../../../core/element-at.ts';
import { anyNumber, shape, type ValueSchema } from '../../../../schema/value-schema.ts';
import type { ChunkBounds } from '../format.ts';
import { numbersSchema } from '../layout.ts';

/** Marks of one file at most; beyond it every second one is dropped. */
const MARKS_MAX = 16_384;
/** Bytes of a chunk at most, but for a single interval between two marks: a worker holds two chunks, and the tables of both. */
const CHUNK_BYTES_MAX = 16 * 2 ** 20;

export interface TextLayout {
  /** Of the whole file, blank lines and header left out. */
  readonly records: number;
  /** There is a mark at every this many records, from the first one. */
  readonly every: number;
  /** Bytes from mark to mark; the first from the beginning of the file. */
  readonly bytes: readonly number[];
  /** Lines from mark to mark; the first from line 0. */
  readonly lines: readonly number[];
  /** Bytes of the file. */
  readonly end: number;
}

export const TEXT_LAYOUT_KEYS = {
  ...{ records: anyNumber, every: anyNumber, bytes: numbersSchema, lines: numbersSchema, end: anyNumber },
};
/** The part of a layout that texts of all formats have. */
export const TEXT_LAYOUT: ValueSchema<TextLayout> = shape(TEXT_LAYOUT_KEYS);

/** What was found in one piece of a file. */
export interface MarksPart {
  readonly every: number;
  readonly bytes: readonly number[];
  readonly lines: readonly number[];
}

export class RecordMarks {
  #every = 1;
  #offsets: number[] = [];
  #lines: number[] = [];
  #records = 0;
  /** Record with which the current piece began. */
  #pieceFrom = 0;

  get records(): number {
    return this.#records;
  }

  /** Takes the next record, which begins at byte `offset`, on `line`. */
  add(offset: number, line: number): void {
    if (this.#records % this.#every === 0) {
      this.#offsets.push(offset);
      this.#lines.push(line);
      if (this.#offsets.length > MARKS_MAX) this.#thin();
    }
    this.#records += 1;
  }

  /** Marks of the records since the last call. */
  part(): MarksPart {
    const first = Math.ceil(this.#pieceFrom / this.#every);
    this.#pieceFrom = this.#records;
    const since = (values: readonly number[]): number[] =>
      deltas(values.slice(first), values[first - 1] ?? 0);
    return { every: this.#every, bytes: since(this.#offsets), lines: since(this.#lines) };
  }

  /** Takes a part that another one gave, at the same place; `records` are those up to its end. */
  restore(part: MarksPart, records: number): void {
    while (this.#every < part.every) this.#thin();
    this.#offsets.push(...sums(part.bytes, this.#offsets.at(-1) ?? 0));
    this.#lines.push(...sums(part.lines, this.#lines.at(-1) ?? 0));
    this.#records = records;
    this.#pieceFrom = records;
  }

  layout(end: number): TextLayout {
    return {
      records: this.#records,
      every: this.#every,
      bytes: deltas(this.#offsets, 0),
      lines: deltas(this.#lines, 0),
      end,
    };
  }

  #thin(): void {
    const even = (_: number, i: number): boolean => i % 2 === 0;
    this.#offsets = this.#offsets.filter(even);
    this.#lines = this.#lines.filter(even);
    this.#every *= 2;
  }
}

/**
 * Cuts of at most `rows` records and 16 MiB, as far as marks allow it: where `rows` is less than the distance between two
 * marks (a 16,384th of a large file), a chunk has that many.
 */
export function cutText(layout: TextLayout, rows: number): ChunkBounds[] {
  const offsets = [...sums(layout.bytes, 0), layout.end];
  const lines = sums(layout.lines, 0);
  const step = Math.max(1, Math.floor(rows / layout.every));
  const cuts: ChunkBounds[] = [];
  for (let mark = 0; mark < lines.length; ) {
    let next = Math.min(mark + step, lines.length);
    while (next > mark + 1 && elementAt(offsets, next) - elementAt(offsets, mark) > CHUNK_BYTES_MAX)
      next -= 1;
    const records = Math.min(next * layout.every, layout.records) - mark * layout.every;
    cuts.push({
      from: elementAt(offsets, mark),
      to: elementAt(offsets, next),
      rows: records,
      line: elementAt(lines, mark),
    });
    mark = next;
  }
  return cuts;
}

/** Number of the record that begins at the mark at byte `offset`. */
export const recordAt = (layout: TextLayout, offset: number): number =>
  Math.max(0, sums(layout.bytes, 0).indexOf(offset)) * layout.every;

const deltas = (values: readonly number[], before: number): number[] =>
  values.map((value, i) => value - (i === 0 ? before : elementAt(values, i - 1)));

function sums(values: readonly number[], before: number): number[] {
  let sum = before;
  return values.map((value) => (sum += value));
}

/** The unit of work and of exactly-once. Pure. */

import type { RowOutcome } from '../scorer/scorer.ts';
import type { OutputDistributions } from './receipt/column-distribution.ts';

/** A frozen piece of the input; everything in it is part of the fingerprint but `mtimeMs`. */
export type FrozenItem =
  | {
      readonly kind: 'file';
      /** Absolute path, or URI of an object. */
      readonly path: string;
      readonly size: number;
      readonly mtimeMs: number;
      /** sha256 over the sha256 of its pieces of 64 MiB; of an object its version or ETag. */
      readonly digest: string;
      /** Values of the folders it lies in (`day=2026-11-01`), as columns. */
      readonly partition: Readonly<Record<string, string>>;
      /** Where it can be cut, in the terms of its format (`sources/files/format.ts`): found in the pass that hashes it. */
      readonly layout?: unknown;
    }
  | {
      readonly kind: 'table';
      /** Table or query, without secrets. */
      readonly path: string;
      /** What the snapshot was: bounds of the key as text, rows, and a digest where one could be taken. */
      readonly snapshot: Readonly<Record<string, string | number | null>>;
      readonly digest: string;
      /** Where it can be cut (`sources/table/survey.ts`): found in the pass that reads it; the digest covers it. */
      readonly layout?: unknown;
    };

export interface FrozenInput {
  readonly items: readonly FrozenItem[];
  /** Columns there are, with DuckDB's names of their types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows, where it is known before they are read. */
  readonly rows: number | null;
}

/** A part of one item. Which bounds there are is up to the source. */
export interface Chunk {
  /** From 0, without gaps, in the order of the input. */
  readonly index: number;
  /** Index into the frozen items. */
  readonly item: number;
  /** Bounds: rows `[from, to)` of a Parquet file, bytes `[from, to)` of a text file, keys `(from, to]` of a table. */
  readonly from: number | string | null;
  readonly to: number | string | null;
  /** Rows, where known. */
  readonly rows: number | null;
  /** Line of the file on which a text chunk begins, from 1. */
  readonly line?: number;
}

export type RowCounts = Readonly<Record<'read' | RowOutcome, number>>;

/** What came of a chunk. */
export interface ChunkTotals {
  readonly chunk: number;
  readonly counts: RowCounts;
  /** sha256 over the text of the keys of its `ok` rows, each followed by a newline, in order; hex. */
  readonly keys: string;
  /** The part that was written, where the sink has parts. */
  readonly part: { readonly name: string; readonly size: number; readonly digest: string } | null;
  /** Mergeable distribution of each output column (`distribution.ts`). */
  readonly distributions: OutputDistributions | null;
  /** Seconds of reading, scoring and writing. */
  readonly seconds: { readonly read: number; readonly score: number; readonly write: number };
}

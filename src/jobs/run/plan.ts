/** What a run has decided before its first row: kept in the ledger, so that it goes on with the same after a crash. Pure. */

import type { DuckDBColumn } from '../../duckdb/copy.ts';
import type { OutputColumn } from '../../scorer/scorer.ts';
import type { Chunk, FrozenInput, FrozenItem } from '../chunk.ts';
import type { CarriedPlan } from './previous-output.ts';

export interface RunPlan {
  readonly model: PlannedModel;
  /** What its reasons are made of, where the output has any. */
  readonly explained?: PlannedExplanation;
  /** Columns that the model reads, in order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly OutputColumn[];
  /** Of the output. */
  readonly columns: readonly DuckDBColumn[];
  readonly frozen: FrozenInput;
  readonly chunks: readonly Chunk[];
  /** Of the rows that a cluster has scored, which workers work on in place of the input. */
  readonly staged?: readonly Chunk[];
  /** What an earlier run has published, which this one carries over. */
  readonly carried?: CarriedPlan | null;
}

/** What there is an account of, each. */
export const workedChunks = ({ chunks, staged, carried }: RunPlan): readonly Chunk[] => [
  ...(carried?.chunks ?? []),
  ...(staged ?? chunks),
];

export interface PlannedExplanation {
  /** sha256 of the rows that are explained against, where the bundle has any, and of what is said of its columns. */
  readonly background: string | null;
  readonly reasons: string | null;
  /** What a worker has found; absent before. */
  readonly method?: string;
  readonly output?: string;
}

export interface PlannedModel {
  readonly name: string | null;
  readonly version: number | null;
  readonly file: string;
  /** What names the bundle. */
  readonly digest: string;
  readonly runtime: string;
  readonly converter: number;
}

/** `M@V`, or name and digest of a file. */
export const modelLabel = ({ name, version, file, digest }: PlannedModel): string =>
  name === null ? `${file}@${digest.slice(0, 12)}` : `${name}@${version}`;

/** Rows of the whole input, or null where it is not known before they are read. */
export function inputRowsOf({ frozen, chunks }: Pick<RunPlan, 'frozen' | 'chunks'>): number | null {
  if (frozen.rows !== null) return frozen.rows;
  return chunks.reduce<number | null>(
    (sum, { rows }) => (sum === null || rows === null ? null : sum + rows),
    0,
  );
}

/** The same with those that are carried over. */
export function totalRows(
  own: Pick<RunPlan, 'frozen' | 'chunks'>,
  carried: CarriedPlan | null | undefined,
): number | null {
  const parts = [inputRowsOf(own), carried ? inputRowsOf(carried) : 0];
  return parts.reduce<number | null>((sum, rows) => (sum === null || rows === null ? null : sum + rows), 0);
}

/**
 * The first frozen item that no longer looks as it did, by what is cheap to see: null where all do. What has come
 * since is not part of the run. A table is looked at by its reader, chunk by chunk.
 */
export function changedItem(frozen: FrozenInput, listed: FrozenInput): FrozenItem | null {
  const now = new Map(listed.items.map((item) => [item.path, item]));
  return frozen.items.find((item) => !looksSame(item, now.get(item.path))) ?? null;
}

function looksSame(frozen: FrozenItem, now: FrozenItem | undefined): boolean {
  if (frozen.kind === 'table') return true;
  if (now?.kind !== 'file' || now.size !== frozen.size) return false;
  return now.digest === '' ? now.mtimeMs === frozen.mtimeMs : now.digest === frozen.digest;
}

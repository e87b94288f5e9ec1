/**
 * The one scorer: columns in, outcomes and output columns out, over an accepted bundle. Local workers call it, Spark's
 * workers reach it as a child process that speaks Arrow. Pure.
 */
import { keysOf } from '../core/record.ts';
import type { Runtime } from '../registry/version.ts';
import type { ExplanationFact } from './explained-engine.ts';
import type { ColumnFrame } from './frame.ts';

/** What became of a row, as kept in the column of outcomes. */
export const OUTCOME = { ok: 0, rejected: 1, failed: 2, skipped: 3 } as const;
export type RowOutcome = keyof typeof OUTCOME;
/** In the order of their numbers. */
export const OUTCOMES = keysOf(OUTCOME);

/** Why a row was not scored. */
export interface RowRefusal {
  /** From 0, in the frame. */
  readonly row: number;
  /** `rejected`: it does not fit the signature; `failed`: the model failed on it. */
  readonly outcome: 'rejected' | 'failed';
  /** Code of the error table, or the type of a fault of a cell (`number_type`, `unknown_category` …). */
  readonly code: string;
  readonly column: string | null;
  /** In the words of the online doors. */
  readonly reason: string;
}

export interface OutputColumn {
  /** `predict`, `predict_proba_<class>`, `transform_<j>` … */
  readonly name: string;
  readonly type: 'number' | 'integer' | 'string' | 'bool';
  /** Set where NaN, or an empty text, stands for a value that is not there. */
  readonly nullable?: true;
}

/** Values of one output column, one a row of the frame; what is there for a row that was refused means nothing. */
export type OutputValues = Float64Array | BigInt64Array | Uint8Array | readonly string[];

export interface ScoredFrame {
  /** `OUTCOME` of each row. */
  readonly outcomes: Uint8Array;
  /** In row order. */
  readonly refusals: readonly RowRefusal[];
  /** One for each of `outputs`: Float64Array for `number`, BigInt64Array for `integer`, Uint8Array for `bool`, strings. */
  readonly columns: readonly OutputValues[];
}

/** A cell, as a model takes it. */
export type CellType = 'number' | 'string' | 'bool' | 'list';

export interface ColumnScorer {
  readonly model: { readonly digest: string; readonly runtime: Runtime; readonly converter: number };
  /** Names of the columns that `score` wants, in order. */
  readonly inputs: readonly string[];
  /** What cells of `inputs` are to the model, without columns that no step reads: sources of text parse by it. */
  readonly types: ReadonlyMap<string, CellType>;
  readonly outputs: readonly OutputColumn[];
  /** How rows are explained beside; absent where they are not. */
  readonly explanation?: ExplanationFact | undefined;
  /** Scores a frame; a row that does not fit or fails is refused alone. Throws only where no row could be scored. */
  score(frame: ColumnFrame): Promise<ScoredFrame>;
  close(): Promise<void>;
}

/** What coordinator and workers say to each other; nothing but plain data crosses. Pure. */

import type { DuckDBColumn } from '../../duckdb/copy.ts';
import type { ErrorMessage } from '../../process/messages.ts';
import type { ExplanationFact, ReasonColumns } from '../../scorer/explained-engine.ts';
import type { ColumnScorer, OutputColumn } from '../../scorer/scorer.ts';
import type { Chunk, ChunkTotals, FrozenInput } from '../chunk.ts';
import type { JobSpec, SourceSpec } from '../spec/spec.ts';

/** What a worker loads first, while the input is still being hashed. */
export type ChunkWorkerModel =
  | {
      readonly bundle: string;
      readonly inputs: readonly string[];
      /** Columns of reasons; null for none. */
      readonly explain: ReasonColumns | null;
    }
  /** Nothing: its rows are scored already. */
  | { readonly staged: StagedModel };

export interface StagedModel {
  readonly model: ColumnScorer['model'];
  readonly outputs: readonly OutputColumn[];
  /** What the rows were read from, for those without an answer. */
  readonly origin: string;
}

export interface ChunkWorkerSetup {
  readonly spec: JobSpec;
  readonly secrets: Readonly<Record<string, string>>;
  readonly frozen: FrozenInput;
  readonly run: string;
  readonly fence: number;
  readonly columns: readonly DuckDBColumn[];
  /** Folder of the run. */
  readonly folder: string;
  /** Text of the column `model_version`. */
  readonly version: string;
  /** Milliseconds since the epoch, for the column `predicted_at`: the same for every row, and when a chunk is done again. */
  readonly at: number;
  /** Rows that are published already and carried over: the first chunks of the run. */
  readonly carried: {
    readonly source: SourceSpec;
    readonly frozen: FrozenInput;
    readonly chunks: number;
  } | null;
}

export interface ChunkOrder {
  readonly chunk: Chunk;
  /** Rows of the chunk that are left out, as the job says; ascending. */
  readonly skip: readonly number[];
  /** Rows that took a worker down, and are not scored again; ascending. */
  readonly deadly: readonly number[];
}

/** Scores some rows of a chunk and keeps nothing: does the worker survive it? */
export interface ChunkProbe extends ChunkOrder {
  readonly from: number;
  readonly to: number;
}

export type ChunkWorkerRequest =
  | { readonly kind: 'load'; readonly model: ChunkWorkerModel }
  | { readonly kind: 'open'; readonly setup: ChunkWorkerSetup }
  | { readonly kind: 'work'; readonly order: ChunkOrder }
  | { readonly kind: 'probe'; readonly probe: ChunkProbe }
  /** Keeps the keys of a chunk, unless they are kept. */
  | { readonly kind: 'keys'; readonly chunk: Chunk }
  /** Texts of the keys of some rows of a chunk, ascending. */
  | { readonly kind: 'texts'; readonly chunk: Chunk; readonly rows: readonly number[] };

/** What each request is answered with. */
export interface ChunkWorkerAnswers {
  readonly load: {
    readonly model: ColumnScorer['model'];
    readonly outputs: readonly OutputColumn[];
    /** How rows are explained; null where they are not. */
    readonly explanation: ExplanationFact | null;
  };
  readonly open: null;
  readonly work: ChunkTotals;
  /** Rows that were scored. */
  readonly probe: number;
  readonly keys: null;
  readonly texts: readonly string[];
}

/** A worker may have several requests; it answers each once, in any order. */
export interface ToChunkWorker {
  readonly id: number;
  readonly request: ChunkWorkerRequest;
}

export type FromChunkWorker =
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly answer: ChunkWorkerAnswers[keyof ChunkWorkerAnswers];
    }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorMessage }
  /** Rows scored since the last note. */
  | { readonly kind: 'scored'; readonly rows: number };

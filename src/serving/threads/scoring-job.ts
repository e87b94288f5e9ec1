import type { ErrorCode, ErrorDetails, PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { ThreadMemory } from '../admission/memory/memory-plan.ts';
import type { ExtractedRows } from '../capture/extract-rows.ts';
import type { RowsToExplain } from '../explanations/rows-to-explain.ts';
import type { BinaryAnswer, HeaderOptions, ResponseOptions } from '../protocol.ts';
import type { FirstRow } from '../recorder/first-row.ts';

/** An answer as it is sent; `type` is null where its media type is the protocol's. */
export interface EncodedBody extends Omit<BinaryAnswer, 'type'> {
  readonly type: string | null;
}

/** One request for a scoring thread: bytes in, bytes out. */
export interface ScoringJob {
  readonly target: LoadedVersion;
  readonly protocol: string;
  /** Bytes of the body, in a buffer of their own. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Bytes of it that are text where others follow, or null. */
  readonly textBytes: number | null;
  readonly requestId: string;
  /** Key at the top of the body that holds the id of the unit, or null. */
  readonly unitField: string | null;
  /** Rows to return with the answer for capture, 0 for none. */
  readonly capture: number;
  /** Whether an answer whose explanation is asked for comes back before it is encoded. @default {false} */
  readonly explains?: boolean;
  /** What the headers ask of the answer. @default {null} */
  readonly headerOptions?: HeaderOptions;
}

/** Milliseconds of each stage. */
export interface StageTiming {
  readonly queue: number;
  readonly preprocess: number;
  readonly predict: number;
  readonly postprocess: number;
}

export type ScoringResult =
  | DecodedRows
  | ScoredBatch
  | {
      readonly kind: 'answer';
      readonly body: EncodedBody;
      readonly rows: number;
      readonly first: FirstRow;
      readonly captured: ExtractedRows | null;
      readonly timing: StageTiming;
      /** Milliseconds to load the version, included in `queue`: no part of the version's latency. */
      readonly loading: number;
    }
  | { readonly kind: 'refused'; readonly error: PlimsollError; readonly loading: number };

/** Decoded rows of a version with an external engine: the thread decodes, the loop asks the engine. */
export interface DecodedRows {
  readonly kind: 'decoded';
  readonly batch: Batch;
  /** What the body asks of its answer. */
  readonly responseOptions: ResponseOptions;
  /** Id of the unit, where the body holds it. */
  readonly unit: string | null;
  readonly timing: Pick<StageTiming, 'queue' | 'preprocess'>;
  readonly loading: number;
}

/** Outputs of all rows, which are to be encoded once some of the rows are explained. */
export interface ScoredBatch extends RowsToExplain {
  readonly kind: 'scored';
  readonly rows: number;
  readonly outputs: Outputs;
  readonly responseOptions: ResponseOptions;
  readonly first: FirstRow;
  readonly captured: ExtractedRows | null;
  readonly timing: StageTiming;
  readonly loading: number;
}

/** The bundle that a thread loads a version from, and its name. */
export interface VersionKey {
  readonly bundle: string;
  readonly model: string;
  readonly version: number;
}

/** Messages to a thread and back: plain data only. */
export interface ScoreRequest extends VersionKey {
  readonly kind: 'score';
  readonly protocol: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly textBytes: number | null;
  readonly requestId: string;
  readonly unitField: string | null;
  readonly capture: number;
  readonly explains?: boolean;
  readonly headerOptions?: HeaderOptions;
}
/** Versions to keep; those of `soon` are loaded at once. */
export interface RetainRequest {
  readonly kind: 'retain';
  readonly versions: readonly VersionKey[];
  readonly soon: readonly VersionKey[];
}
export type ScoringWorkerRequest = ScoreRequest | RetainRequest;
export type ScoringWorkerReply =
  /** The version is being loaded: the time limit of the job starts afterwards. */
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded' }
  | {
      readonly kind: 'decoded';
      readonly batch: Batch;
      readonly responseOptions: ResponseOptions;
      readonly unit: string | null;
      readonly timing: Pick<StageTiming, 'preprocess'>;
    }
  | {
      readonly kind: 'answer';
      readonly body: EncodedBody;
      readonly rows: number;
      readonly first: FirstRow;
      readonly captured: ExtractedRows | null;
      readonly timing: Omit<StageTiming, 'queue'>;
    }
  | (Omit<ScoredBatch, 'timing' | 'loading'> & { readonly timing: Omit<StageTiming, 'queue'> })
  | { readonly kind: 'refused'; readonly error: { code: ErrorCode; details: ErrorDetails } };

/** Data that a thread is started with. */
export interface ScoringWorkerSettings {
  /** Module with `loadBundle`, by default the registry's. */
  readonly loader: string | null;
  /** Memory that one request may take. */
  readonly room: ThreadMemory;
}

/** A job in its queue. */
export interface QueuedJob {
  readonly job: ScoringJob;
  readonly done: (result: ScoringResult) => void;
  readonly isDue: () => boolean;
  readonly since: number;
}

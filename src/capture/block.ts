/**
 * What requests leave behind: rows that were scored, with their answers, of one endpoint and version, in columns. Serving
 * processes write blocks, the monitoring process reads each once. Pure.
 */

/** Values of one column, one a row. A missing number is NaN here, a missing text null. */
export type CapturedValues = Float64Array | readonly (string | null)[];

export interface CapturedColumn {
  readonly name: string;
  readonly values: CapturedValues;
}

/** Where a block comes from: no two have the same three. `epoch` grows when a worker is started again. */
export interface BlockId {
  readonly worker: string;
  readonly epoch: number;
  readonly seq: number;
}

export interface CapturedBlock extends BlockId {
  /** Name of the endpoint that was called; null where the request named a version itself. */
  readonly endpoint: string | null;
  readonly model: string;
  readonly version: number;
  /** From the first row to the last, in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Requests answered, and rows in them, while the block was filled, also those that were not captured. */
  readonly requests: number;
  readonly rowsSeen: number;
  /** Rows that were to be captured and were not, for want of room. */
  readonly dropped: number;
  /** Columns of the signature, in its order; columns that no step reads are left out. */
  readonly inputs: readonly CapturedColumn[];
  /** The flattened outputs (`scorer/flatten.ts`): `predict`, `predict_proba_yes` … */
  readonly outputs: readonly CapturedColumn[];
  /** One a row. */
  readonly meta: {
    /** Milliseconds since the epoch when the request was answered. */
    readonly at: Float64Array;
    readonly requestId: readonly string[];
    /** From 0, in its request. */
    readonly row: Uint32Array;
    /** Hash of the unit (`rollout/unit-hash.ts`), or null. */
    readonly unit: readonly (string | null)[];
    /** Index of the arm in its rollout, −1 where none ran. */
    readonly arm: Int8Array;
    readonly role: readonly (string | null)[];
    readonly segment: readonly (string | null)[];
    /** From the whole body to the answer, in milliseconds. */
    readonly millis: Float32Array;
    /** How many rows of traffic it stands for: 1 over the share that was captured then. */
    readonly weight: Float32Array;
    /** What was explained with the answer (`explanation-note.ts`), or null; absent where no row was. */
    readonly explanation?: readonly (string | null)[];
  };
}

/**
 * Bodies and answers that only a version's own code understands: SageMaker's `input_fn`, `output_fn` and `transform_fn`
 * (https://github.com/aws/sagemaker-inference-toolkit). Plain data.
 */
import type { Batch, Outputs } from './batch.ts';

/** The ends of a request that a version's own code takes and gives as they are. */
export interface RawEnds {
  readonly input: boolean;
  readonly output: boolean;
}

/** A version without such code. */
export const NO_RAW_ENDS: RawEnds = { input: false, output: false };

/** A body as its client sent it. */
export interface RawBody {
  readonly kind: 'body';
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

export interface RawRequest {
  /** The body where the code reads it, else its rows. */
  readonly given: RawBody | Batch;
  /** What the client accepts, where the code writes the answer; else null. */
  readonly accept: string | null;
  /** SageMaker's custom attributes of the request, for the code to see. */
  readonly attributes: string | null;
}

/** An answer as it goes to the client. */
export interface WrittenResponse {
  readonly kind: 'written';
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export type RawAnswer =
  | WrittenResponse
  | { readonly kind: 'outputs'; readonly outputs: Outputs; readonly rows: number };

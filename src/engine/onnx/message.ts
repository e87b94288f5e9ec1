import type { ErrorCode, ErrorDetails } from '../../core/errors.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { GraphInput } from './feed.ts';

/** What a worker is told: load one graph, then run it. */
export type ToWorker =
  | { readonly kind: 'load'; readonly onnx: Uint8Array }
  | {
      readonly kind: 'run';
      readonly feed: Readonly<Record<string, Tensor>>;
      readonly fetches: readonly string[];
    };

/** What a worker answers, once for each thing it is told. */
export type FromWorker =
  | { readonly kind: 'loaded'; readonly inputs: readonly GraphInput[] }
  | { readonly kind: 'answer'; readonly tensors: ReadonlyMap<string, Tensor> }
  | { readonly kind: 'failed'; readonly error: { readonly code: ErrorCode; readonly details: ErrorDetails } };

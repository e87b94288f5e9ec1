import type { LayerDescription } from './architecture.ts';
import type { KerasDemands } from './demands.ts';
import type { LayerWeights } from './layer.ts';

/** An opened file of Keras: the model that it describes, and the numbers that were trained. */
export interface KerasFile {
  /** Version of Keras that wrote it, or null where it does not say. */
  readonly version: string | null;
  /** The model; MODEL_UNSUPPORTED where the file has only weights, or what no graph can be made of. */
  readonly architecture: () => LayerDescription;
  /** What Keras needs beside itself to run it; nothing of a file without a configuration. */
  readonly demands: () => KerasDemands;
  readonly weights: (model: LayerDescription) => LayerWeights;
  /** A file that lies in the archive beside the weights, or null. */
  readonly asset: (path: string) => Uint8Array | null;
}

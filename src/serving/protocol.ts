import type { Batch, Outputs } from '../model/batch.ts';
import type { LoadedVersion } from '../registry/version.ts';

/** What a conversion needs to know of a version; the engine is none of its business. */
export type Target = Pick<LoadedVersion, 'model' | 'version' | 'manifest'>;

/** Rows of one request, out of its parsed body. Throws INPUT_INVALID. */
export type Decode = (body: unknown) => Batch;
/** The body of one answer. */
export type Encode = (outputs: Outputs, rows: number, requestId: string) => string;

/** One way of speaking to clients: a pure pair of converters around the data plane, prepared once a version. */
export interface Protocol {
  readonly id: string;
  /** Paths of POST requests, with `{model}` and `{version}` where they name the target. */
  readonly routes: readonly string[];
  decode(target: Target): Decode;
  encode(target: Target): Encode;
}

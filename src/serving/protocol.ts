/** What doors are made of: protocols, and the paths at which they are spoken. Pure. */
import type { Contract } from '../config/contract.ts';
import type { PlimsollError } from '../core/errors.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import type { RawEnds } from '../model/raw.ts';
import type { LoadedVersion } from '../registry/version.ts';
import type { UnitSource } from '../rollout/route.ts';
import type { WeighBody } from './admission/memory/body-cost.ts';
import type { JsonSchema } from './docs/json-schema.ts';
import type { ScanRows } from './rows/compile-scan.ts';
import type { RequestHeaders } from './unit-id.ts';

/** What a conversion needs to know of a version; the engine is none of its business. */
export type TargetVersion = Pick<LoadedVersion, 'model' | 'version' | 'manifest'>;

/** Rows of one request, out of its parsed body. Throws INPUT_INVALID. */
export type DecodeRows = (body: unknown) => Batch;
/** What a body asks of its answer (an id to repeat, the outputs that are wanted): plain data, which crosses to threads. */
export type ResponseOptions = unknown;
/** What a parsed body asks of its answer. Throws INPUT_INVALID. */
export type ReadResponseOptions = (body: unknown) => ResponseOptions;
/** The body of one answer; `options` is null where the protocol reads none. */
export type EncodeResponse = (
  outputs: Outputs,
  rows: number,
  requestId: string,
  options: ResponseOptions,
) => string;

/** One way of writing rows and answers: pure converters around the data plane, prepared once a version. */
export interface Protocol {
  readonly id: string;
  /** Media type of its answers. */
  readonly answers: string;
  /** The text of a body, parsed: what units are looked for in and rows are read from. Throws INPUT_INVALID. */
  parse(text: string): unknown;
  decode(target: TargetVersion): DecodeRows;
  /** The same from the bytes of a usual body, which asks nothing, at once; null where versions like it have none. */
  scan?(target: TargetVersion): ScanRows | null;
  readonly responseOptions?: (target: TargetVersion) => ReadResponseOptions;
  encode(target: TargetVersion): EncodeResponse;
  /** What a body may take in memory before it is parsed, and the most that it finds for a byte. @default {jsonCost} */
  readonly weigh?: WeighBody;
  readonly heavy?: number;
  /** Bytes of heap that a value of an answer takes beside its text while it is written. @default {0} */
  readonly valueBytes?: number;
}

/** An answer that is no prediction. */
export interface HttpReply {
  readonly status: number;
  /** Media type of the body. */
  readonly type: string;
  readonly body: string;
  /** Response headers beside, flat. */
  readonly headers?: readonly string[];
}
/** An error in the words of a protocol. */
export type ErrorFormatter = (error: PlimsollError) => HttpReply;

export const jsonReply = (status: number, value: unknown, headers: readonly string[] = []): HttpReply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
  headers,
});

/** What the pages of a door may know of the server. */
export interface ServerView {
  readonly isReady: boolean;
  /** Version of this program. */
  readonly release: string;
  /** Names that clients may call. */
  readonly endpoints: readonly string[];
  /** The version that is meant. Throws MODEL_NOT_FOUND, MODEL_UNNAMED or VERSION_NOT_FOUND. */
  target(model: string | null, version: string | null): TargetVersion;
  /** Versions of a model that answer, ascending. */
  versions(model: string): readonly number[];
}

/** What a GET of a door answers. */
export interface ProtocolPage {
  /** Path with `{model}` and `{version}`, like those of predictions. */
  readonly route: string;
  answer(view: ServerView, model: string | null, version: string | null): HttpReply;
}

/** A version as it is described. */
export interface DescribedVersion {
  readonly target: TargetVersion;
  /** Its name among the schemas, whose names may hold letters, digits, dots, dashes and underscores only. */
  readonly key: string;
  /** Schema of a row, and of one that may have columns that are ignored. */
  readonly row: JsonSchema;
  readonly rowWithMore: JsonSchema;
  /** What it answers to its own example row at the first door; undefined where that is not known. */
  readonly answer: unknown;
  /** Key of the unit's id beside the rows, or null. */
  readonly unitField: string | null;
}

/** A name that clients call, and the version that stands for it. */
export interface DescribedEndpoint extends DescribedVersion {
  readonly name: string;
  /** The name where only letters, digits, dots, dashes and underscores may be. */
  readonly id: string;
  /** Where the id of the unit is found. */
  readonly unit: UnitSource;
  /** What the version's own code reads and writes where a protocol lets it. */
  readonly raw: RawEnds;
}

/** The endpoint that requests without a name mean. */
export interface DescribedMain extends Omit<DescribedEndpoint, 'name' | 'id'> {
  /** Whether all versions are of its model. */
  readonly isOnly: boolean;
}

/** Path items by path. */
export type OpenApiPaths = Readonly<Record<string, JsonSchema>>;

/** What a protocol adds to the OpenAPI description of a server. */
export interface OpenApiFragment {
  /** Paths of each endpoint. */
  readonly endpoint?: (endpoint: DescribedEndpoint) => OpenApiPaths;
  /** Paths that name no endpoint. */
  readonly main?: (main: DescribedMain) => OpenApiPaths;
  /** Paths of each version. */
  readonly version?: (version: DescribedVersion) => OpenApiPaths;
  /** Schemas of each version that these refer to, by name. */
  readonly schemas?: (version: DescribedVersion) => Readonly<Record<string, JsonSchema>>;
}

/** A family of paths that clients of one kind know, and the protocols that are spoken there. Pure. */
export interface ProtocolRoutes {
  readonly id: string;
  /** The first one is spoken where `negotiate` is absent. */
  readonly protocols: readonly Protocol[];
  /** Paths of POST requests, with `{model}` and `{version}` where they name the target. */
  routes(contract: Contract): readonly string[];
  /**
   * The protocol that the headers of a request ask for. Throws where they ask for what is not spoken; what the version's own
   * code reads or writes itself may be in any form.
   */
  readonly negotiate?: (headers: RequestHeaders, raw?: RawEnds) => Protocol;
  /** Whether versions that have code for it read bodies and write answers themselves here. */
  readonly takesRaw?: boolean;
  /** The version that the headers name, or null. */
  readonly version?: (headers: RequestHeaders) => string | null;
  /** Response headers that are made of the request's and of who answers, flat. */
  readonly answerHeaders?: (headers: RequestHeaders, target: TargetVersion) => readonly string[];
  /** How errors are told. */
  errorFormatter(contract: Contract): ErrorFormatter;
  /** Other paths on which errors are told so: wrong ones, and pages. */
  readonly errorPaths?: RegExp;
  readonly pages?: (contract: Contract) => readonly ProtocolPage[];
  /** How its paths are described; those of clients that know them anyway need not be. */
  readonly openApi?: OpenApiFragment;
}

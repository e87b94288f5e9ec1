/** Protocols, and the paths at which a server speaks them. Pure. */
import type { Contract } from '../config/contract.ts';
import type { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import type { RawEnds } from '../model/raw.ts';
import type { LoadedVersion } from '../registry/version.ts';
import type { UnitSource } from '../rollout/route.ts';
import type { WeighBody } from './admission/memory/body-cost.ts';
import type { JsonSchema } from './docs/json-schema.ts';
import type { ExplanationAsk } from './explanations/explanation-ask.ts';
import type { ExplanationOutcome } from './explanations/explanation-outcome.ts';
import type { ScanRows } from './rows/compile-scan.ts';
import type { RequestHeaders } from './unit-id.ts';

/** What converters know of a version: not its engine. */
export type TargetVersion = Pick<LoadedVersion, 'model' | 'version' | 'manifest'>;

/** Decodes a parsed body to the rows of one request. Throws INPUT_INVALID. */
export type DecodeRows = (body: unknown) => Batch;
/** What a body asks of its answer (an id to repeat, a choice of outputs): plain data, which crosses to threads. */
export type ResponseOptions = unknown;
/** What a body asks of the explanation of its answer, as the protocol's `responseOptions` has found it under `explain`; or null. */
export const explanationAsked = (options: ResponseOptions): ExplanationAsk | null =>
  isRecord(options) && isRecord(options['explain'])
    ? (options['explain'] as unknown as ExplanationAsk)
    : null;
/** Whether a body names outputs that are computed only on request. */
export const wantsExtras = (options: ResponseOptions): boolean =>
  isRecord(options) && options['extras'] === true;
/** What the headers of a request ask of its answer: plain data, which crosses to threads; null where they ask nothing. */
export type HeaderOptions = unknown;
/** Reads what a parsed body, and the headers that came with it, ask of its answer. Throws INPUT_INVALID. */
export type ReadResponseOptions = (body: unknown, headers?: HeaderOptions) => ResponseOptions;
/** Places of the rows whose answers are to be explained; null where it is all. Throws INPUT_INVALID. */
export type ExplainedPlaces = (
  outputs: Outputs,
  rows: number,
  options: ResponseOptions,
) => readonly number[] | null;
/** The body of an answer that is no text, with its media type and further headers: names and values in turn. */
export interface BinaryAnswer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly headers: readonly string[];
}
/**
 * Encodes the body of one answer as text; `options` is null if the protocol reads none, `explanation` undefined where they ask for
 * none.
 */
export type EncodeText = (
  outputs: Outputs,
  rows: number,
  requestId: string,
  options: ResponseOptions,
  explanation?: ExplanationOutcome,
) => string;
/** Encodes the body of one answer. */
export type EncodeResponse = (...answer: Parameters<EncodeText>) => string | BinaryAnswer;

/** One encoding of rows and answers: a pair of pure converters, compiled once for each version. */
export interface Protocol {
  readonly id: string;
  /** Media type of its answers. */
  readonly answers: string;
  /**
   * Parses the text of a body and the bytes after it, in which rows and the id of the unit are found. Throws INPUT_INVALID.
   */
  parse(text: string, rest: Uint8Array): unknown;
  /** Where the text of a body ends and other bytes follow, by its headers; null where it is all text. @default {null} */
  readonly textBytes?: (headers: RequestHeaders) => number | null;
  decode(target: TargetVersion): DecodeRows;
  /** Whether its bodies are read with what is loaded for the first of them (`src/content`): in scoring threads. */
  readonly needsContent?: boolean;
  /** Decodes the bytes of a usual body in one pass; null if versions of this kind have no such scan. */
  scan?(target: TargetVersion): ScanRows | null;
  readonly responseOptions?: (target: TargetVersion) => ReadResponseOptions;
  /** Reads what headers ask of the answer. Throws if it is not supported. */
  readonly headerOptions?: (headers: RequestHeaders) => HeaderOptions;
  /** Which rows are explained, by their answers. @default all */
  readonly explainedPlaces?: (target: TargetVersion) => ExplainedPlaces;
  encode(target: TargetVersion): EncodeResponse;
  /**
   * Estimates the memory of a body before it is parsed, and the most bytes of memory for one byte of it. @default {jsonCost}
   */
  readonly weigh?: WeighBody;
  readonly heavy?: number;
  /** Bytes of heap that a value of an answer takes besides its text while it is encoded. @default {0} */
  readonly valueBytes?: number;
}

/** A complete HTTP answer other than a prediction. */
export interface HttpReply {
  readonly status: number;
  /** Media type of the body. */
  readonly type: string;
  readonly body: string;
  /** Additional response headers: names and values in turn. */
  readonly headers?: readonly string[];
}
/** Formats an error as clients of a protocol expect it. */
export type ErrorFormatter = (error: PlimsollError) => HttpReply;

export const jsonReply = (status: number, value: unknown, headers: readonly string[] = []): HttpReply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
  headers,
});

/** What pages of a protocol see of the server. */
export interface ServerView {
  readonly isReady: boolean;
  /** Version of this program. */
  readonly release: string;
  /** Names that clients may call. */
  readonly endpoints: readonly string[];
  /** The version that a path names. Throws MODEL_NOT_FOUND, MODEL_UNNAMED or VERSION_NOT_FOUND. */
  target(model: string | null, version: string | null): TargetVersion;
  /** Versions of a model that answer, ascending. */
  versions(model: string): readonly number[];
}

/** A page that answers GET: health or metadata. */
export interface ProtocolPage {
  /** Path with `{model}` and `{version}`, like those of predictions. */
  readonly route: string;
  answer(view: ServerView, model: string | null, version: string | null): HttpReply;
}

/** A version as the OpenAPI description shows it. */
export interface DescribedVersion {
  readonly target: TargetVersion;
  /** Prefix of its schema names, which may hold letters, digits, dots, dashes and underscores only. */
  readonly key: string;
  /** Schema of a row, and of a row with additional columns, which are ignored. */
  readonly row: JsonSchema;
  readonly rowWithMore: JsonSchema;
  /** Its answer at `/predict` to its own example row; undefined if it is not known. */
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

/** The endpoint of requests that name none. */
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

/** The paths at which clients of one kind expect predictions, and the protocols spoken there. Pure. */
export interface ProtocolRoutes {
  readonly id: string;
  /** The first one is spoken where `negotiate` is absent. */
  readonly protocols: readonly Protocol[];
  /** Paths of POST requests, with `{model}` and `{version}` where they name the target. */
  routes(contract: Contract): readonly string[];
  /**
   * The protocol that the headers of a request ask for. Throws if it is not supported; bodies that the version's own code reads,
   * and answers that it writes, may have any media type.
   */
  readonly negotiate?: (headers: RequestHeaders, raw?: RawEnds) => Protocol;
  /** The protocol of bodies and answers that are no text; null where the headers ask for text both ways. */
  readonly content?: (headers: RequestHeaders) => Protocol | null;
  /** Whether versions with code for it read bodies and write answers themselves. */
  readonly takesRaw?: boolean;
  /** The version that the headers name, or null. */
  readonly version?: (headers: RequestHeaders) => string | null;
  /** Response headers that depend on the request and the version: names and values in turn. */
  readonly answerHeaders?: (headers: RequestHeaders, target: TargetVersion) => readonly string[];
  /** How errors are formatted. */
  errorFormatter(contract: Contract): ErrorFormatter;
  /** Other paths whose errors are formatted so: pages, and paths that do not exist. */
  readonly errorPaths?: RegExp;
  readonly pages?: (contract: Contract) => readonly ProtocolPage[];
  /** Its part of the OpenAPI description; clients that are made for the protocol do not need one. */
  readonly openApi?: OpenApiFragment;
}

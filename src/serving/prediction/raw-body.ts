/** Requests of which a version's own code reads the body or writes the answer, as SageMaker's toolkits hand them over. */
import type { Contract } from '../../config/contract.ts';
import type { Batch } from '../../model/batch.ts';
import { NO_RAW_ENDS, type RawAnswer, type RawBody, type RawEnds, type RawRequest } from '../../model/raw.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { INLINE_BODY_BYTES } from '../http/limits.ts';
import type { EncodeResponse } from '../protocol.ts';
import { type FirstRow, NO_FIRST_ROW, type ReadFirstRow } from '../recorder/first-row.ts';
import type { RequestHeaders } from '../unit-id.ts';

/** Media type of a body that does not name one, and of an answer where the client names none. */
const DEFAULT_TYPE = 'application/json';

export const rawEndsOf = ({ engine }: LoadedVersion): RawEnds => engine.raw ?? NO_RAW_ENDS;

export const hasRawEnd = (version: LoadedVersion): boolean =>
  rawEndsOf(version).input || rawEndsOf(version).output;

export const rawBodyOf = (headers: RequestHeaders, bytes: Uint8Array): RawBody => ({
  kind: 'body',
  bytes,
  contentType: named(headers['content-type']) ?? DEFAULT_TYPE,
});

/** Headers in which the media type that a platform prefers takes the place of none. */
export function withDefaultAccept(headers: RequestHeaders, { defaultAccept }: Contract): RequestHeaders {
  if (defaultAccept === null || !acceptsAnything(named(headers['accept']))) return headers;
  return { ...headers, accept: defaultAccept };
}

const acceptsAnything = (accept: string | null): boolean => accept === null || accept === '*/*';

export function rawRequest(headers: RequestHeaders, { output }: RawEnds, given: RawBody | Batch): RawRequest {
  const accept = named(headers['accept']);
  return {
    given,
    accept: !output ? null : acceptsAnything(accept) ? DEFAULT_TYPE : accept,
    attributes: named(headers['x-amzn-sagemaker-custom-attributes']),
  };
}

/** A body that only its code understands counts as one row. */
export const rawRowCount = (given: RawBody | Batch): number => (given.kind === 'body' ? 1 : given.rows);

/** What is sent, and what is known of its first row. */
export interface RawReply {
  readonly body: string | Uint8Array;
  readonly rows: number;
  /** Media type, where it is not the protocol's. */
  readonly type: string | null;
  first(): FirstRow;
}

/** An answer that was `given` so many rows, as it is sent. */
export function rawReply(
  answer: RawAnswer,
  given: number,
  { encode, readFirstRow }: { readonly encode: EncodeResponse; readonly readFirstRow: ReadFirstRow },
  requestId: string,
): RawReply {
  if (answer.kind === 'written')
    return { body: answer.bytes, rows: given, type: answer.contentType, first: () => NO_FIRST_ROW };
  const { outputs, rows } = answer;
  const encoded = encode(outputs, rows, requestId, null);
  return {
    body: typeof encoded === 'string' ? encoded : encoded.bytes,
    rows,
    type: typeof encoded === 'string' ? null : encoded.type,
    first: () => readFirstRow(outputs),
  };
}

function named(header: RequestHeaders[string]): string | null {
  const text = typeof header === 'string' ? header.trim() : '';
  return text === '' ? null : text;
}

/** A body as a unit is looked for in it: null where it is no JSON, or too large to be read here. */
export function jsonOfBody(bytes: Buffer): unknown {
  if (bytes.length > INLINE_BODY_BYTES) return null;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

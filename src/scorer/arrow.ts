/**
 * The scorer as a child process that speaks Arrow, for hosts in other languages (Spark's Python workers). Pure.
 *
 * Start: `node arrow.child.ts OPTIONS`, where OPTIONS is one JSON argument, `ArrowOptions`. Both pipes carry messages,
 * each led by its length, little-endian:
 *
 *     request   u32 length │ one whole Arrow IPC stream (schema, any number of record batches, end of stream)
 *     answer    u8 kind │ u32 length │ content
 *
 *     kind 0    one whole Arrow IPC stream: the answer to a request, batch for batch and row for row, in order
 *     kind 1    JSON {code, message, hint, details}: the request could not be answered; the next one is read all the same
 *     kind 2    JSON `ArrowReady`: said once, before the first request is read
 *     kind 3    JSON as of kind 1: the child ends, with exit code 1; no answer follows
 *
 * There is one answer a request, in the order of the requests; requests may be written ahead of their answers, so that
 * both sides work at the same time (a writer that never reads blocks both). At the end of its input the child answers
 * what it has read and ends with 0; a request that breaks off is of kind 3. Anything on stderr is for people.
 *
 * A batch is answered with the columns of `carry` as they came, then a column for each of the model's outputs (null in
 * rows without an answer), then `_outcome` (int8: 0 ok, 1 rejected, 2 failed), and where it is not 0 `_code`, `_column`
 * (null where no column is to blame) and `_reason` (utf8). Batches without rows are left out. As rows keep their places, a
 * host that holds its batch may join columns itself and carry nothing.
 */
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import type { OutputColumn } from './scorer.ts';

export interface ArrowOptions {
  /** Folder of an accepted bundle. */
  readonly bundle: string;
  /** Columns of the requests that the model reads, in the order of `bindInputs`; others are ignored. */
  readonly inputs: readonly string[];
  /** Columns of the requests to give back as they came. */
  readonly carry: readonly string[];
}

export interface ArrowReady {
  /** sha256 that names the model. */
  readonly digest: string;
  readonly runtime: string;
  readonly outputs: readonly OutputColumn[];
}

/** Kinds of answers. */
export const ANSWER = { batches: 0, refused: 1, ready: 2, ended: 3 } as const;

/** Bytes of one request at most. */
export const REQUEST_BYTES_MAX = 256 * 2 ** 20;

/** The options of a command line. Throws USAGE. */
export function parseOptions(text: string | undefined): ArrowOptions {
  const options = parse(text ?? '');
  const { bundle, inputs, carry } = isRecord(options) ? options : {};
  if (typeof bundle === 'string' && isNames(inputs) && isNames(carry)) return { bundle, inputs, carry };
  const reason = `the scorer was started with ${text ?? 'nothing'}, {"bundle": "…", "inputs": ["…"], "carry": ["…"]} was wanted`;
  throw new PlimsollError('USAGE', { reason, command: 'batch run' });
}

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** One request of a host, from bytes to bytes. */
import {
  AsyncByteQueue,
  type RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  type Schema,
} from 'apache-arrow';
import { messageOf } from '../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { ArrowOptions } from './arrow.ts';
import { answerBatch, arrowAnswerSchema } from './arrow-answer.ts';
import { frameOfBatch } from './arrow-frame.ts';
import { verifyStream } from './arrow-verify.ts';
import type { ColumnScorer } from './scorer.ts';

/** Rows of one batch at most: columns of nothing but nulls take no bytes however many they are. */
const BATCH_ROWS_MAX = 2 ** 20;

/**
 * Scores the batches of an Arrow IPC stream, and answers with one, in pieces. Throws READ_CORRUPT where it is none, INPUT_COLUMNS
 * where its columns do not fit, and what the scorer throws.
 */
export async function answerRequest(
  scorer: ColumnScorer,
  { inputs, carry }: Pick<ArrowOptions, 'inputs' | 'carry'>,
  request: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const { schema: asked, batches } = readStream(request);
  const schema = arrowAnswerSchema(asked, carry, scorer.outputs);
  const writer = new RecordBatchStreamWriter();
  const pieces = new Pieces();
  writer.reset(pieces, schema);
  for (const batch of batches) {
    const scored = await scorer.score(reading(() => frameOfBatch(batch, inputs)));
    const answer = answerBatch(schema, batch, carry, scorer.outputs, scored);
    reading(() => writer.write(answer));
  }
  writer.finish();
  return pieces.written;
}

/**
 * What a writer writes, as it comes. Arrow's own queue joins pieces that lie in one buffer by their bounds, and so loses bytes
 * where a column is a view of another one's bytes, or an empty one (apache/arrow-js#315).
 */
class Pieces extends AsyncByteQueue {
  readonly written: Uint8Array[] = [];

  override write(piece: Uint8Array): void {
    this.written.push(piece);
  }
}

/** All of a stream; its batches are views of the request. */
function readStream(request: Uint8Array): {
  readonly schema: Schema;
  readonly batches: readonly RecordBatch[];
} {
  verifyStream(request);
  return reading(() => {
    const reader = RecordBatchReader.from(request).open();
    // Known until the last batch is read.
    const { schema } = reader;
    if (!reader.isStream() || schema === undefined) throw corrupt('no schema');
    const batches = [...reader].filter(({ numRows }) => numRows > 0);
    const large = batches.find(({ numRows }) => numRows > BATCH_ROWS_MAX);
    if (large) throw corrupt(`a batch of ${large.numRows} rows, more than ${BATCH_ROWS_MAX}`);
    return { schema, batches };
  });
}

/** Bytes are looked at where they are needed first: what apache-arrow stumbles over there is the fault of the request. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw isPlimsollError(cause) ? cause : corrupt(messageOf(cause), cause);
  }
}

function corrupt(found: string, cause?: unknown): PlimsollError {
  const details = { what: 'a request', offset: 0, found, wanted: 'an Arrow IPC stream' };
  return new PlimsollError('READ_CORRUPT', details, { cause });
}

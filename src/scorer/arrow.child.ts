/** Entry of the scorer as a child process; `arrow.ts` says what it reads and writes. */
import { type RecordBatch, RecordBatchReader, RecordBatchStreamWriter, type Schema } from 'apache-arrow';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { readManifest } from '../registry/bundle.ts';
import { type ArrowOptions, type ArrowReady, parseOptions } from './arrow.ts';
import { answerBatch, answerSchema } from './arrow-answer.ts';
import { frameOf } from './arrow-frame.ts';
import { readRequest, writeAnswer } from './arrow-pipe.ts';
import { openScorer } from './open.ts';
import type { Scorer } from './scorer.ts';

/** Rows of one batch at most: columns of nothing but nulls take no bytes however many they are. */
const BATCH_ROWS_MAX = 2 ** 20;

const STDIN = 0;
const STDOUT = 1;

async function main(): Promise<void> {
  const options = parseOptions(process.argv[2]);
  const manifest = readManifest(options.bundle);
  if (manifest === null)
    throw new PlimsollError('BUNDLE_GONE', { model: options.bundle, version: 1, digest: '' });
  const scorer = await openScorer({ bundle: options.bundle, manifest }, options.inputs);
  const { digest, runtime } = scorer.model;
  writeAnswer(STDOUT, 'ready', { digest, runtime, outputs: scorer.outputs } satisfies ArrowReady);
  for (let request = readRequest(STDIN); request !== null; request = readRequest(STDIN)) {
    try {
      writeAnswer(STDOUT, 'batches', await answer(scorer, options, request));
    } catch (error) {
      writeAnswer(STDOUT, 'refused', coded(error));
    }
  }
  await scorer.close();
}

async function answer(
  scorer: Scorer,
  { inputs, carry }: ArrowOptions,
  request: Uint8Array,
): Promise<Uint8Array> {
  const { schema: asked, batches } = readStream(request);
  const schema = answerSchema(asked, carry, scorer.outputs);
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  for (const batch of batches) {
    const scored = await scorer.score(frameOf(batch, inputs));
    writer.write(answerBatch(schema, batch, carry, scorer.outputs, scored));
  }
  writer.finish();
  return writer.toUint8Array(true);
}

/** All of a stream; its batches are views of the request. */
function readStream(request: Uint8Array): {
  readonly schema: Schema;
  readonly batches: readonly RecordBatch[];
} {
  const wanted = 'an Arrow IPC stream';
  try {
    const reader = RecordBatchReader.from(request).open();
    // Known until the last batch is read.
    const { schema } = reader;
    if (!reader.isStream() || schema === undefined) throw corrupt('no schema', wanted);
    const batches = [...reader].filter(({ numRows }) => numRows > 0);
    const large = batches.find(({ numRows }) => numRows > BATCH_ROWS_MAX);
    if (large) throw corrupt(`a batch of ${large.numRows} rows`, `up to ${BATCH_ROWS_MAX}`);
    return { schema, batches };
  } catch (cause) {
    throw isPlimsollError(cause) ? cause : corrupt(String((cause as Error).message), wanted, cause);
  }
}

function corrupt(found: string, wanted: string, cause?: unknown): PlimsollError {
  return new PlimsollError('READ_CORRUPT', { what: 'a request', offset: 0, found, wanted }, { cause });
}

const coded = (error: unknown): PlimsollError =>
  isPlimsollError(error)
    ? error
    : new PlimsollError('INTERNAL', { action: 'scoring a request', reason: String((error as Error).stack) });

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  // Nobody may be there any more to hear it.
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') writeAnswer(STDOUT, 'ended', coded(error));
}

import type { Batch } from '../../model/batch.ts';
import type { RawAnswer } from '../../model/raw.ts';
import type { InferResponse } from '../data-plane.ts';
import type { ScoringResult, StageTiming } from '../threads/scoring-job.ts';
import type { PredictionContext } from './context.ts';
import { rawReply } from './raw-body.ts';
import { countAnswer, recordMeasurement } from './record.ts';
import { refusePrediction } from './refuse.ts';
import { releasePrediction } from './release.ts';
import { type EarlierStages, stageTiming, writeResponseHead } from './response-head.ts';
import { checkResponseMemory, holdResponse } from './response-memory.ts';

/** Writes the outputs of an engine that was asked at `started`. Throws MEMORY_EXCEEDED. */
export function encodePrediction(
  context: PredictionContext,
  batch: Batch,
  response: InferResponse,
  before: EarlierStages,
  started: number,
): void {
  if (context.isOver) return;
  const predicted = performance.now();
  const { version, measurement, stream, services, id } = context;
  checkResponseMemory(response, version, services);
  const { outputs, rows } = response;
  const text = version.encode(outputs, rows, id, context.responseOptions);
  const now = send(context, text, rows, stageTiming(before, started, predicted), null);
  if (measurement !== null) recordMeasurement(context, measurement, version.readFirstRow(outputs));
  stream?.note(batch, outputs, id, now, context);
}

/** Sends what a scoring thread has written. */
export function sendEncoded(
  context: PredictionContext,
  { body, rows, timing, first, captured }: Extract<ScoringResult, { kind: 'answer' }>,
): void {
  const { measurement, stream, response, services, id } = context;
  const refusal = holdResponse(body.byteLength, response, services);
  if (refusal !== null) {
    refusePrediction(context, refusal);
    return;
  }
  const now = send(context, body, rows, timing, null);
  if (measurement !== null) recordMeasurement(context, measurement, first);
  stream?.noteExtracted(rows, captured, id, now, context);
}

/** What nobody here can read is counted, and neither captured nor compared by its values. */
export function encodeRaw(
  context: PredictionContext,
  answer: RawAnswer,
  given: number,
  before: EarlierStages,
  started: number,
): void {
  if (context.isOver) return;
  const predicted = performance.now();
  const { version, measurement, stream, id } = context;
  const { body, rows, type, first } = rawReply(answer, given, version, id);
  const now = send(context, body, rows, stageTiming(before, started, predicted), type);
  if (measurement !== null) recordMeasurement(context, measurement, first());
  stream?.noteExtracted(rows, null, id, now, context);
}

/** Says when, on the steady clock. `type` is the media type where that is not the protocol's. */
function send(
  context: PredictionContext,
  body: string | Uint8Array,
  rows: number,
  timing: StageTiming,
  type: string | null,
): number {
  const { version, response, id } = context;
  const now = performance.now();
  countAnswer(context, rows, timing, now);
  const { headers, lines } = version;
  const head = { headers, lines, type, length: Buffer.byteLength(body), requestId: id, timing };
  writeResponseHead(response, head, headersBeside(context));
  response.end(body);
  releasePrediction(context);
  return now;
}

/** Headers of the answer beside the usual ones, flat. */
function headersBeside({ destination, services, request, version }: PredictionContext): readonly string[] {
  const { answerHeaders } = destination;
  const { isStopping } = services;
  if (answerHeaders === null && !isStopping) return NONE;
  const more = answerHeaders?.(request.headers, version.target) ?? NONE;
  return isStopping ? [...more, 'connection', 'close'] : more;
}

const NONE: readonly string[] = [];

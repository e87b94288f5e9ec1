import type { Batch } from '../../model/batch.ts';
import type { RawAnswer } from '../../model/raw.ts';
import type { InferResponse } from '../data-plane.ts';
import type { ExplanationOutcome } from '../explanations/explanation-outcome.ts';
import { rowsToExplain } from '../explanations/rows-to-explain.ts';
import { explanationAsked, wantsExtras } from '../protocol.ts';
import type { ScoredBatch, ScoringResult, StageTiming } from '../threads/scoring-job.ts';
import type { PredictionContext } from './context.ts';
import { explainAnswer } from './explain.ts';
import type { PreparedVersion } from './prepared-version.ts';
import { rawReply } from './raw-body.ts';
import { countAnswer, recordMeasurement } from './record.ts';
import { refusePrediction } from './refuse.ts';
import { releasePrediction } from './release.ts';
import { type EarlierStages, stageTiming, writeResponseHead } from './response-head.ts';
import { checkResponseMemory, holdResponse, releaseWhenSent } from './response-memory.ts';

/** Encodes and sends the outputs of an engine call that began at `started`. Throws MEMORY_EXCEEDED. */
export function encodePrediction(
  context: PredictionContext,
  batch: Batch,
  response: InferResponse,
  before: EarlierStages,
  started: number,
): void {
  if (context.isOver) return;
  const predicted = performance.now();
  const { responseOptions } = context;
  const ask = responseOptions === null ? null : explanationAsked(responseOptions);
  const told =
    ask === null
      ? null
      : rowsToExplain(batch, response.outputs, responseOptions, context.version.explainedPlaces);
  if (ask === null || told === null) encodeAnswer(context, batch, response, before, { started, predicted });
  else
    explainAnswer(context, told, ask, (explanation) => {
      // What was waited for the explanation is no time of the version's.
      const waited = context.explainingMillis;
      const call = { started: started + waited, predicted: predicted + waited, explanation };
      encodeAnswer(context, batch, response, before, call);
    });
}

/** When the engine was called and answered, and the explanation of its answer where one was asked for. */
interface EngineCall {
  readonly started: number;
  readonly predicted: number;
  readonly explanation?: ExplanationOutcome | undefined;
}

function encodeAnswer(
  context: PredictionContext,
  batch: Batch,
  response: InferResponse,
  before: EarlierStages,
  { started, predicted, explanation }: EngineCall,
): void {
  const { version, measurement, stream, services, id, responseOptions } = context;
  const asked = wantsExtras(responseOptions) ? withExtras(response, batch, version) : response;
  checkResponseMemory(asked, version, services);
  const { outputs, rows } = response;
  const answer = version.encode(asked.outputs, rows, id, responseOptions, explanation);
  const timing = stageTiming(before, started, predicted);
  const now =
    typeof answer === 'string'
      ? send(context, answer, rows, timing, null)
      : send(context, answer.bytes, rows, timing, answer.type, answer.headers);
  if (measurement !== null) recordMeasurement(context, measurement, version.readFirstRow(outputs));
  stream?.note(batch, outputs, id, now, context);
}

/** The response with the outputs that are computed on request. */
const withExtras = (response: InferResponse, batch: Batch, { target }: PreparedVersion): InferResponse => ({
  ...response,
  outputs: { ...response.outputs, ...target.engine.extras?.(batch) },
});

/** Explains, encodes and sends what a scoring thread has scored. Throws MEMORY_EXCEEDED. */
export function encodeScored(context: PredictionContext, scored: ScoredBatch): void {
  const { rows, outputs, responseOptions, first, captured, timing } = scored;
  context.responseOptions = responseOptions;
  const ask = explanationAsked(responseOptions);
  const { version, services, id } = context;
  checkResponseMemory({ outputs, rows }, version, services);
  const goOn = (explanation?: ExplanationOutcome): void => {
    const answer = version.encode(outputs, rows, id, responseOptions, explanation);
    const { bytes, type, headers } =
      typeof answer === 'string' ? { bytes: Buffer.from(answer), type: null, headers: NONE } : answer;
    sendEncoded(context, { body: { bytes, type, headers }, rows, timing, first, captured });
  };
  if (ask === null) goOn();
  else explainAnswer(context, scored, ask, goOn);
}

/** Sends an answer that a scoring thread has encoded. */
export function sendEncoded(
  context: PredictionContext,
  {
    body,
    rows,
    timing,
    first,
    captured,
  }: Omit<Extract<ScoringResult, { kind: 'answer' }>, 'kind' | 'loading'>,
): void {
  const { measurement, stream, response, services, id } = context;
  const { bytes, type, headers } = body;
  const refusal = holdResponse(bytes.byteLength, response, services);
  if (refusal !== null) {
    refusePrediction(context, refusal);
    return;
  }
  releaseWhenSent(bytes, response);
  const now = send(context, bytes, rows, timing, type, headers);
  if (measurement !== null) recordMeasurement(context, measurement, first);
  stream?.noteExtracted(rows, captured, id, now, context);
}

/** Sends an answer of the version's own code. Its values cannot be read here: it is counted, not captured or compared. */
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

/**
 * Returns the time of the answer (`performance.now()`). `type` is the media type if it is not the protocol's, `more` are headers
 * of this answer alone: names and values in turn.
 */
function send(
  context: PredictionContext,
  body: string | Uint8Array,
  rows: number,
  timing: StageTiming,
  type: string | null,
  more: readonly string[] = NONE,
): number {
  const { version, response, id } = context;
  const now = performance.now();
  countAnswer(context, rows, timing, now);
  const { headers, lines } = version;
  const head = { headers, lines, type, length: Buffer.byteLength(body), requestId: id, timing };
  const beside = headersBeside(context);
  writeResponseHead(response, head, more.length === 0 ? beside : [...beside, ...more]);
  response.end(body);
  releasePrediction(context);
  return now;
}

/** Additional headers of the answer: names and values in turn. */
function headersBeside({ destination, services, request, version }: PredictionContext): readonly string[] {
  const { answerHeaders } = destination;
  const { isStopping } = services;
  if (answerHeaders === null && !isStopping) return NONE;
  const more = answerHeaders?.(request.headers, version.target) ?? NONE;
  return isStopping ? [...more, 'connection', 'close'] : more;
}

const NONE: readonly string[] = [];

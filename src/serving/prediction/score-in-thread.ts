import { hasExternalEngine } from '../external-engine.ts';
import { compactBytes } from '../http/body-buffer.ts';
import type { ScoredBatch, ScoringJob, ScoringResult } from '../threads/scoring-job.ts';
import { chooseByStart } from './choose.ts';
import type { PredictionContext } from './context.ts';
import { encodeScored, sendEncoded } from './encode.ts';
import { isDue, refusePrediction } from './refuse.ts';
import { watchClient } from './release.ts';
import { scoreInline } from './score-inline.ts';

/** Has a scoring thread read, score and write the request; or read it alone, where its engine is elsewhere. */
export function scoreInThread(context: PredictionContext, bytes: Buffer): void {
  if (context.isOver) return;
  watchClient(context);
  const { pool, metrics, admission } = context.services;
  try {
    chooseByStart(context, bytes);
    context.isInThread = true;
    const job = jobOf(context, bytes);
    if (!hasExternalEngine(job.target)) context.work?.moveTo(admission.threads, performance.now());
    context.withdraw = pool.submit(
      job,
      (result) => scored(context, result),
      () => isDue(context),
    );
    metrics.queueDepth = pool.depth;
  } catch (error) {
    refusePrediction(context, error);
  }
}

function jobOf(
  { version, measurement, stream, destination, id, textBytes, headerOptions }: PredictionContext,
  bytes: Buffer,
): ScoringJob {
  const { target, protocol } = version;
  // A body that is copied to a candidate is wanted once more.
  const isWantedAgain = measurement?.received(bytes, protocol.id, textBytes) ?? false;
  return {
    target,
    protocol: protocol.id,
    body: isWantedAgain ? new Uint8Array(bytes) : compactBytes(bytes),
    textBytes,
    requestId: id,
    unitField: destination.unitField,
    capture: stream?.wanted(id) ?? 0,
    explains: true,
    headerOptions,
  };
}

function scored(context: PredictionContext, result: ScoringResult): void {
  const { metrics, pool } = context.services;
  context.withdraw = null;
  metrics.queueDepth = pool.depth;
  if (context.isOver) return;
  context.loadingMillis = result.loading;
  if (result.kind === 'refused') refusePrediction(context, result.error);
  else if (result.kind === 'answer') sendEncoded(context, result);
  else if (result.kind === 'scored') encodeScoredOrRefuse(context, result);
  else {
    context.unit ??= result.unit;
    context.responseOptions = result.responseOptions;
    scoreInline(context, result.batch, result.timing.preprocess, result.timing.queue);
  }
}

function encodeScoredOrRefuse(context: PredictionContext, result: ScoredBatch): void {
  try {
    encodeScored(context, result);
  } catch (error) {
    refusePrediction(context, error);
  }
}

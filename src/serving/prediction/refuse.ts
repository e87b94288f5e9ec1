import type { PlimsollError } from '../../core/errors.ts';
import type { IsWanted } from '../../engine/engine.ts';
import { attributionOf } from '../error-attribution.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { discardBody } from '../http/body-buffer.ts';
import { codedError, predictionOutcomeOf, sendError } from '../http/reply.ts';
import type { PredictionContext } from './context.ts';
import { cancelPrediction, releasePrediction } from './release.ts';

/** Answers with an error, counts it, and attributes it to the request, the version or the server. */
export function refusePrediction(context: PredictionContext, error: unknown): void {
  if (context.isOver) return;
  const { id, version, services } = context;
  const coded = codedError(error, id);
  if (coded.code === 'INTERNAL') {
    const cause: unknown = coded.cause ?? coded;
    services.logger.error({ requestId: id, model: version.target.model, error: cause }, 'prediction failed');
  }
  const outcome = predictionOutcomeOf(coded);
  version.series.count(outcome);
  const end = { outcome, status: coded.http, code: coded.code };
  context.destination.recent.ended(context, end, performance.now());
  sendRefusal(context, coded, version.headers.slice(2));
  if (attributionOf(coded) !== 'version') return;
  version.series.blame();
  context.measurement?.failed(context.latency(performance.now()));
}

/** Answers with an error without counting it for a version. `about` are additional headers: names and values in turn. */
export function sendRefusal(
  context: PredictionContext,
  error: PlimsollError,
  about: readonly string[],
): void {
  const { request, response, services, destination } = context;
  const headers = [...about, 'x-request-id', context.id];
  if (services.isStopping) headers.push('connection', 'close');
  // Closing now would reset the connection before the client has read the answer: the rest of the body is read and discarded.
  if (!request.complete) discardBody(request);
  sendError(response, error, headers, destination.formatError);
  releasePrediction(context);
}

/**
 * Whether the request should still be worked on. If its client has left or its deadline has passed, it is ended and false is
 * returned.
 */
export function isDue(context: PredictionContext): boolean {
  const { work, services } = context;
  if (context.isOver || work === null) return !context.isOver;
  const lost = services.admission.lost(work, performance.now());
  if (context.request.socket.destroyed) {
    services.metrics.shedOf(work.endpoint).count('abandoned');
    cancelPrediction(context);
  } else if (lost !== null) refusePrediction(context, lost);
  return !context.isOver;
}

/** `isDue` as a callback for engines that queue batches; undefined for others. */
export const isDueThere = (context: PredictionContext): IsWanted | undefined =>
  hasExternalEngine(context.version.target) ? () => isDue(context) : undefined;

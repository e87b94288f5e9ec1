import { unitInHeaders } from '../unit-id.ts';
import type { PredictionContext } from './context.ts';

/** Ends the request and releases everything that it holds. */
export function releasePrediction(context: PredictionContext): void {
  context.isOver = true;
  if (context.isChosen) {
    context.version.usage.end();
    noteCaller(context);
  }
  context.measurement?.release();
  context.work?.end(performance.now());
  const { metrics } = context.services;
  metrics.inFlight--;
  metrics.buffered -= context.heldBytes;
  context.body?.release();
}

function noteCaller({ destination: { endpoint }, request, unit }: PredictionContext): void {
  endpoint?.callers.note(unit ?? unitInHeaders(request.headers, endpoint.unit));
}

/** Ends a request whose client has disconnected. */
export function cancelPrediction(context: PredictionContext): void {
  if (context.isOver) return;
  context.withdraw?.();
  context.version.series.count('cancelled');
  context.destination.recent.cancelled(context, performance.now());
  releasePrediction(context);
  if (context.completeAt > 0) context.measurement?.cancelled(performance.now() - context.completeAt);
}

/** Cancels the request if its client disconnects: from here on the answer takes time. */
export function watchClient(context: PredictionContext): void {
  if (context.isWatched) return;
  context.isWatched = true;
  context.response.once('close', () => cancelPrediction(context));
}

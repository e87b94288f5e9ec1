import { timeoutIn } from '../admission/deadline.ts';
import type { ExplanationAsk } from '../explanations/explanation-ask.ts';
import type { ExplanationOutcome } from '../explanations/explanation-outcome.ts';
import type { RowsToExplain } from '../explanations/rows-to-explain.ts';
import type { PredictionContext } from './context.ts';
import { refusePrediction } from './refuse.ts';
import { watchClient } from './release.ts';

/** Milliseconds of a request's own deadline that are left for writing and sending its answer. */
const SENDING_MILLIS = 20;

/**
 * Has the answer to these rows explained as is asked, and goes on with what came of it, unless the client has left meanwhile. The request is no
 * work of this process as long as it waits.
 */
export function explainAnswer(
  context: PredictionContext,
  { batch, places }: RowsToExplain,
  ask: ExplanationAsk,
  goOn: (explanation: ExplanationOutcome) => void,
): void {
  watchClient(context);
  const { services, startedAt, request, version } = context;
  const { bundle, model, version: number } = version.target;
  const begun = performance.now();
  context.work?.end(begun);
  const timeout = timeoutIn(request.headers) ?? Number.POSITIVE_INFINITY;
  services.explanations
    .explain({
      version: { bundle, model, version: number },
      ask,
      batch,
      places,
      noted: context.stream?.willCapture(context.id, places?.of ?? batch.rows) ?? [],
      patience: startedAt + timeout - SENDING_MILLIS - begun,
      isWanted: () => !context.isOver,
    })
    .then((explanation) => {
      context.explainingMillis = performance.now() - begun;
      const code = explanation.kind === 'missing' ? explanation.error.code : null;
      services.metrics.explanationsOf(model).count(code, context.explainingMillis);
      if (explanation.kind !== 'missing') context.explanationNotes = explanation.notes ?? null;
      if (!context.isOver) goOn(explanation);
    })
    .catch((error: unknown) => refusePrediction(context, error));
}

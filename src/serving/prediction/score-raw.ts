import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { RawBody } from '../../model/raw.ts';
import type { PredictionContext } from './context.ts';
import { encodeRaw } from './encode.ts';
import { rawRequest, rawRowCount } from './raw-body.ts';
import { isDueThere, refusePrediction } from './refuse.ts';
import { watchClient } from './release.ts';
import type { EarlierStages } from './response-head.ts';

/** Has the version's own code read the body, or write the answer, or both. */
export function scoreRaw(context: PredictionContext, given: RawBody | Batch, before: EarlierStages): void {
  const started = performance.now();
  if (context.headerOptions !== null) {
    refusePrediction(context, notExplained(context));
    return;
  }
  const { plane, router } = context.services;
  const { raw, target } = context.version;
  watchClient(context);
  const request = rawRequest(router.withDefaultAccept(context.request.headers), raw, given);
  plane
    .invoke(target, request, isDueThere(context))
    .then((answer) => encodeRaw(context, answer, rawRowCount(given), before, started))
    .catch((error: unknown) => refusePrediction(context, error));
}

/** What headers ask of an answer is lost on a version's own code. */
const notExplained = ({ version }: PredictionContext): PlimsollError =>
  new PlimsollError('EXPLANATION_UNFIT', {
    model: version.target.model,
    reason: "the version's own code reads bodies or writes answers",
    way: 'Leave out the header that asks for an explanation',
  });

import type { Batch } from '../../model/batch.ts';
import type { PredictionContext } from './context.ts';
import { encodePrediction } from './encode.ts';
import { isDueThere, refusePrediction } from './refuse.ts';
import { watchClient } from './release.ts';
import { scoreRaw } from './score-raw.ts';

/** Has the engine of the version score rows that were read: here, or in processes that it waits for. */
export function scoreInline(
  context: PredictionContext,
  batch: Batch,
  preprocess: number,
  queue: number,
): void {
  if (context.isOver) return;
  const before = { queue, preprocess };
  const { version, services } = context;
  if (context.isRaw && version.raw.output) {
    scoreRaw(context, batch, before);
    return;
  }
  const started = performance.now();
  try {
    const { target } = version;
    const answer = services.plane.infer({ target, batch, isWanted: isDueThere(context) });
    if (!(answer instanceof Promise)) {
      encodePrediction(context, batch, answer, before, started);
      return;
    }
    watchClient(context);
    answer
      .then((settled) => encodePrediction(context, batch, settled, before, started))
      .catch((error: unknown) => refusePrediction(context, error));
  } catch (error) {
    refusePrediction(context, error);
  }
}

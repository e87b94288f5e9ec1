import type { LinearBoosterStep } from '../../model/linear-booster.ts';
import type { StepBase } from '../../model/step-base.ts';
import type { BoosterModel } from './booster.ts';
import { type EnsembleUse, marginsOf, missingOfUse } from './ensemble.ts';
import { boosterInvalid } from './failure.ts';

/** `gblinear`: weights `[columns, margins]` and the biases behind them. Errors: MODEL_INVALID, MODEL_UNSUPPORTED. */
export function linearOfBooster(
  model: BoosterModel,
  weights: ArrayLike<number>,
  base: StepBase,
  use: EnsembleUse,
): LinearBoosterStep {
  const { scores, start, head } = marginsOf(model, use);
  const { features } = model;
  const place = { path: 'learner.gradient_booster.model', offset: 0 };
  if (weights.length !== (features + 1) * scores)
    throw boosterInvalid(place, 'weights', `${weights.length} numbers`, `${(features + 1) * scores}`);
  const weight = (column: number, score: number): number =>
    Math.fround(weights[column * scores + score] ?? 0);
  return {
    kind: 'linear-booster',
    ...base,
    ...missingOfUse(use),
    weights: {
      rows: scores,
      cols: features,
      data: Float64Array.from({ length: scores * features }, (_, k) =>
        weight(k % features, Math.floor(k / features)),
      ),
    },
    // The first base score goes for all outputs (`GBLinear::PredictBatchInternal`, in every release so far).
    bias: start.map((_, score) => Math.fround(weight(features, score) + (start[0] ?? 0))),
    head,
  };
}

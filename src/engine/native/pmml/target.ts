import type { PmmlModelBase, PmmlTarget } from '../../../model/pmml/base.ts';
import type { PmmlResult } from './state.ts';

/** Bounds, rescaling and rounding of a predicted number, in the order of the specification. */
function rescaled(
  { min, max, factor, constant, cast, type }: PmmlTarget,
  value: number,
  float32: boolean,
): number {
  const round = float32 ? Math.fround : (x: number): number => x;
  let result = Math.min(max, Math.max(min, value));
  if (factor !== 1) result = round(result * factor);
  if (constant !== 0) result = round(result + constant);
  if (cast === 'round') result = Math.round(result);
  else if (cast === 'ceiling') result = Math.ceil(result);
  else if (cast === 'floor') result = Math.floor(result);
  return type === 'float' ? Math.fround(result) : result;
}

/** The result of a regression; `raw` null where nothing is predicted. */
export function setNumber(
  result: PmmlResult,
  { target, float32 }: PmmlModelBase,
  raw: number | null,
): PmmlResult {
  if (raw === null) result.value = target.defaultValue;
  else result.value = rescaled(target, raw, float32);
  return result;
}

/** Index of the largest, the first of equals; -1 of none. */
export function argmax(scores: Float64Array): number {
  let best = -1;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (!Number.isNaN(score) && (best < 0 || score > scores[best]!)) best = i;
  }
  return best;
}

/** The result of a classification; `scores` null where nothing is predicted: then the priors of the target, if any. */
export function setScores(result: PmmlResult, model: PmmlModelBase, scores: Float64Array | null): PmmlResult {
  result.scores = scores ?? model.target.priors;
  result.value = result.scores === null ? null : (model.classes[argmax(result.scores)] ?? null);
  return result;
}

/** What a sweep of loads is to find, beside what it finds. Pure. */
import type { ModelCost } from '../cost/model-cost.ts';
import { type OnlinePrediction, predictOnline } from './online.ts';
import type { Place } from './place.ts';

export interface SweepPrediction {
  /** Requests a second at saturation. */
  readonly saturation: OnlinePrediction['saturation'];
  readonly atHalf: OnlinePrediction;
  readonly atNineTenths: OnlinePrediction;
}

/** Predicts the knee of a sweep with requests of `rows` rows, and what answers take at half and at nine tenths of it. */
export function predictSweep(cost: Pick<ModelCost, 'online'>, place: Place, rows: number): SweepPrediction {
  const { saturation } = predictOnline(cost, place, { rows, rate: 0 });
  const at = (share: number): OnlinePrediction =>
    predictOnline(cost, place, { rows, rate: share * saturation.rate });
  return { saturation, atHalf: at(0.5), atNineTenths: at(0.9) };
}

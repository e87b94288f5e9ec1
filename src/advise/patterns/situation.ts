/** What every pattern is judged by. Pure. */
import type { ModelCost } from '../cost/model-cost.ts';
import type { Case } from '../needs/case.ts';
import type { Prices } from '../prices/prices.ts';

export interface Situation {
  readonly wants: Case;
  readonly cost: ModelCost;
  readonly prices: Prices;
}

/** Milliseconds until an answer is there, by quantile. */
export type LatencyOf = (quantile: number) => number;

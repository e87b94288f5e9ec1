/** What running a pattern costs a month. Pure. */
import type { Pattern } from '../needs/pattern.ts';
import type { OptionCost } from './option.ts';
import type { Situation } from './situation.ts';

/** A twelfth of a year, as clouds bill it. */
export const HOURS_A_MONTH = 730;

export interface Spending {
  /** Of processors, a month. */
  readonly compute: number;
  readonly storage?: number;
}

/** Predictions that are asked for in a month. */
export const askedAMonth = ({ wants }: Situation): number => (wants.rowsPerDay * HOURS_A_MONTH) / 24;

/** The cost of a pattern, with the hours that people look after it. */
export function monthlyCost(
  situation: Situation,
  pattern: Pattern,
  { compute, storage = 0 }: Spending,
): OptionCost {
  const { hour, hours } = situation.prices.upkeep;
  const upkeep = hour * hours[pattern];
  return {
    compute,
    storage,
    upkeep,
    month: compute + storage + upkeep,
    perMillion: ((compute + storage) / askedAMonth(situation)) * 1e6,
  };
}

/** From what a pattern says of itself to an option, with what stands in its way. Pure. */
import { type Case, lengthText } from '../needs/case.ts';
import type { Pattern } from '../needs/pattern.ts';
import { moneyText } from './money-text.ts';
import type { BatchSize, Obstacle, Option, ServingSize } from './option.ts';
import type { LatencyOf, Situation } from './situation.ts';
import { monthlyCost, type Spending } from './spending.ts';

/** What a pattern says of itself where it can run at all. */
export interface Running {
  readonly pattern: Pattern;
  readonly how: string;
  readonly latency: LatencyOf;
  readonly staleness: number;
  readonly serving?: ServingSize;
  readonly batch?: BatchSize;
  readonly spending: Spending;
  readonly headroom?: number | null;
  readonly cannot: readonly string[];
  /** What stands in its way beside latency, freshness and budget. */
  readonly obstacles?: readonly Obstacle[];
}

/** The option, with what stands in its way. */
export function running(situation: Situation, of: Running): Option {
  const { wants } = situation;
  const latency = { p50: of.latency(0.5), p99: of.latency(0.99), wanted: of.latency(wants.quantile) };
  const cost = monthlyCost(situation, of.pattern, of.spending);
  return {
    pattern: of.pattern,
    how: of.how,
    obstacles: [
      ...(of.obstacles ?? []),
      ...tooLate(wants, latency.wanted),
      ...tooOld(wants, of.staleness),
      ...tooDear(situation, cost.compute + cost.storage),
    ],
    latency,
    staleness: of.staleness,
    serving: of.serving ?? null,
    batch: of.batch ?? null,
    cost,
    headroom: of.headroom ?? null,
    cannot: of.cannot,
  };
}

/** An option that cannot run at all. */
export const impossible = (pattern: Pattern, how: string, obstacles: readonly Obstacle[]): Option => ({
  pattern,
  how,
  obstacles,
  latency: null,
  staleness: null,
  serving: null,
  batch: null,
  cost: null,
  headroom: null,
  cannot: [],
});

function tooLate({ latency, quantile }: Case, had: number): readonly Obstacle[] {
  if (had <= latency) return [];
  const at = `p${Number((quantile * 100).toPrecision(4))}`;
  return [
    {
      need: 'latency',
      what: `the answer is there after ${lengthText(had)} (${at}), ${lengthText(latency)} is wanted`,
      nearest: `latency: ${lengthText(had)}`,
    },
  ];
}

function tooOld({ freshness }: Case, had: number): readonly Obstacle[] {
  if (had <= freshness) return [];
  return [
    {
      need: 'freshness',
      what: `its inputs are up to ${lengthText(had)} old when the answer is used, ${lengthText(freshness)} is allowed`,
      nearest: `freshness: ${lengthText(had)}`,
    },
  ];
}

function tooDear({ wants: { budget }, prices: { currency } }: Situation, spent: number): readonly Obstacle[] {
  if (budget === null || budget.currency !== currency || spent <= budget.amount) return [];
  return [
    {
      need: 'budget',
      what: `it costs ${moneyText(spent, currency)} a month, ${moneyText(budget.amount, currency)} is there`,
      nearest: `budget: ${moneyText(spent, currency)} a month`,
    },
  ];
}

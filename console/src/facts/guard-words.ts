/** What guards have seen, as people weigh it. Pure. */
import type { RolloutView } from '../api/generated/control-api.ts';

export type GuardName = keyof RolloutView['evidence'];
type Guard = NonNullable<RolloutView['evidence'][GuardName]>;

export const GUARD_NAMES: Readonly<Record<GuardName, string>> = {
  errors: 'Errors',
  latency: 'Latency',
  outputs: 'Outputs',
  labels: 'Labels',
};

/** Guards in one order, those that there are. */
export const guardsOf = (evidence: RolloutView['evidence']): readonly (readonly [GuardName, Guard])[] =>
  (Object.keys(GUARD_NAMES) as GuardName[]).flatMap((name) => {
    const guard = evidence[name];
    return guard === undefined ? [] : [[name, guard] as const];
  });

/** Odds that the logarithm stands for: `12 to 1`. */
export function oddsWords(log: number | null): string {
  if (log === null || log <= 0) return 'none';
  if (log > Math.log(1e6)) return 'over a million to 1';
  const odds = Math.exp(log);
  return `${new Intl.NumberFormat('en', { maximumSignificantDigits: odds < 10 ? 2 : 3 }).format(odds)} to 1`;
}

/** Marks of an axis of logarithms up to `high`: 1, 10, 100 and so on, to 1. */
export const oddsTicks = (high: number): readonly number[] =>
  Array.from({ length: Math.floor(high / Math.LN10 + 1e-9) + 1 }, (_, power) => power * Math.LN10);

export const oddsTick = (log: number | null): string =>
  new Intl.NumberFormat('en').format(Math.round(Math.exp(log ?? 0)));

/** What guards have seen, as people weigh it. Pure. */
import type { RolloutView } from '../../api/generated/control-api.ts';

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

/** How far on the way from no evidence to the bound, 0 to 1; without a logarithm there is none. */
export const shareOf = (log: number | null, bound: number): number =>
  log === null ? 0 : Math.min(1, Math.max(0, log / bound));

/** Odds that the logarithm stands for: `12 to 1`. */
export function oddsWords(log: number | null): string {
  if (log === null || log <= 0) return 'none';
  if (log > Math.log(1e6)) return 'over a million to 1';
  const odds = Math.exp(log);
  return `${new Intl.NumberFormat('en', { maximumSignificantDigits: odds < 10 ? 2 : 3 }).format(odds)} to 1`;
}

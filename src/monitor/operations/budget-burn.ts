/**
 * How fast a budget of bad requests is used up. At rate 1 it lasts for the whole period; at 14.4 an hour uses a fiftieth of
 * thirty days. Two windows must agree: the long one shows that it matters, the short one that it still goes on (The Site
 * Reliability Workbook, chapter 5). Pure.
 */

export interface BurnRule {
  /** Milliseconds. */
  readonly long: number;
  readonly short: number;
  readonly rate: number;
  readonly severity: 'page' | 'ticket';
}

const MINUTE_MS = 60_000;

const BURN_RULES: readonly BurnRule[] = [
  { long: 60 * MINUTE_MS, short: 5 * MINUTE_MS, rate: 14.4, severity: 'page' },
  { long: 360 * MINUTE_MS, short: 30 * MINUTE_MS, rate: 6, severity: 'page' },
];

/** Requests that count against a budget, and those among them that were bad. */
export interface BudgetCount {
  readonly requests: number;
  readonly bad: number;
}

/** Least bad requests in the long window: one failure among ten requests of a quiet night is no incident. */
const BURN_LEAST = 10;

const burnRate = ({ requests, bad }: BudgetCount, objective: number): number =>
  requests === 0 ? 0 : bad / requests / (1 - objective);

export interface BudgetBurn {
  readonly standing: 'beyond' | 'between' | 'below';
  /** The rule that is nearest to firing, with the rates of its windows. */
  readonly rule: BurnRule;
  readonly long: number;
  readonly short: number;
  readonly count: BudgetCount;
}

/**
 * The worst of the rules, of what was watched: a long window that was not watched in full is as long as the watch, which is
 * no shorter than the short one. Null where even that is too short. Below for resolving: a window burns at less than half
 * the rate.
 */
export function worstBurn(
  within: (millis: number) => (BudgetCount & { readonly millis: number }) | null,
  objective: number,
): BudgetBurn | null {
  const burns = BURN_RULES.flatMap((rule): BudgetBurn[] => {
    const [count, recent] = [within(rule.long), within(rule.short)];
    // Looks are some seconds apart.
    if (count === null || recent === null || recent.millis < rule.short * 0.9) return [];
    const [long, short] = [burnRate(count, objective), burnRate(recent, objective)];
    return [{ standing: standingOf(rule, long, short, count), rule, long, short, count }];
  });
  const rank = ({ standing, rule, long, short }: BudgetBurn): number =>
    ['below', 'between', 'beyond'].indexOf(standing) * 1000 +
    Math.min(999, Math.min(long, short) / rule.rate);
  return burns.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

function standingOf(
  { rate }: BurnRule,
  long: number,
  short: number,
  { bad }: BudgetCount,
): BudgetBurn['standing'] {
  if (long >= rate && short >= rate && bad >= BURN_LEAST) return 'beyond';
  return short >= rate / 2 && long >= rate / 2 ? 'between' : 'below';
}

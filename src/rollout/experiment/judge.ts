/**
 * The verdict on an experiment: the first that matches of capacity, harm, broken split, the metric that decides, deadline.
 * Says what should follow and changes nothing. Silence decides nothing: values mature long after traffic has gone. Pure.
 */
import { doubtfulGuard, harmfulGuard } from '../evidence/evidence.ts';
import { intervalAtEveryLook, intervalAtTheEnd, type MetricInterval } from './metric.ts';
import { comparisonOf, contenders, type ExperimentState, guardPolicy, type LossCause } from './state.ts';

export type Judgement =
  | { readonly kind: 'lost'; readonly arm: number; readonly cause: LossCause }
  | { readonly kind: 'won'; readonly arm: number }
  | { readonly kind: 'split' }
  /** Nothing is decided until the cause is gone. */
  | { readonly kind: 'freeze'; readonly why: string }
  | { readonly kind: 'undecided' }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'wait'; readonly why: string };

export function judge(state: ExperimentState): Judgement {
  const { policy, ready, clock } = state;
  const isLate = clock.elapsed >= policy.maxTime;
  const late = (why: string): Judgement => (isLate ? { kind: 'deadline' } : { kind: 'freeze', why });
  if (ready.stable < 1) return late('stable has no ready replica');
  const harmed = harmedArm(state);
  if (harmed !== null) return harmed;
  if (ready.candidate < 1) return late('the candidate has no ready replica');
  if (isSplitBroken(state)) return { kind: 'split' };
  const found = outcomeOf(state);
  if (found !== null) return found;
  return isLate ? { kind: 'deadline' } : { kind: 'wait', why: waitingFor(state) };
}

/** The first arm whose guards have found harm, or null. */
export function harmedArm(state: ExperimentState): Extract<Judgement, { kind: 'lost' }> | null {
  const policy = guardPolicy(state.policy);
  for (const arm of contenders(state)) {
    const cause = harmfulGuard(state.arms[arm]!.evidence, policy);
    if (cause !== null) return { kind: 'lost', arm, cause };
  }
  return null;
}

const isSplitBroken = ({ policy, srm }: ExperimentState): boolean =>
  policy.srm !== null && srm.maxLog >= Math.log(1 / policy.srm.alpha);

/** What the metric that decides says, or null while it says nothing. */
function outcomeOf(state: ExperimentState): Judgement | null {
  const isFixed = state.policy.horizon !== 'open';
  if (isFixed && !state.isComplete) return null;
  const stands = contenders(state).map((arm) => ({ arm, ...benefitOf(state, arm) }));
  const bar = barOf(state);
  const lost = stands.find(({ upper }) => upper < bar);
  if (lost !== undefined) return { kind: 'lost', arm: lost.arm, cause: 'primary' };
  const winners = stands.filter(
    ({ arm, lower }) => lower > bar && doubtfulGuard(state.arms[arm]!.evidence) === null,
  );
  if (winners.length > 0)
    return {
      kind: 'won',
      arm: winners.reduce((best, one) => (one.estimate > best.estimate ? one : best)).arm,
    };
  return isFixed ? { kind: 'undecided' } : null;
}

/** What an interval must exclude: no difference, or a loss of the margin. */
const barOf = ({ policy: { rule } }: ExperimentState): number => (rule.ship === 'better' ? 0 : -rule.margin);

interface Benefit {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** The difference in the wanted direction; without bounds on either side where there is no interval yet. */
export function benefitOf(state: ExperimentState, arm: number): Benefit {
  const { estimate, lower, upper } = decisiveInterval(state, arm);
  const [low, high] = [lower ?? -Infinity, upper ?? Infinity];
  return state.policy.primary.direction === 'up'
    ? { estimate: estimate ?? 0, lower: low, upper: high }
    : { estimate: -(estimate ?? 0), lower: -high, upper: -low };
}

/** One that holds at every look, or Welch's at the one look of a fixed horizon. */
function decisiveInterval({ policy, metrics, isComplete }: ExperimentState, arm: number): MetricInterval {
  const comparison = comparisonOf(policy, policy.primary, true);
  if (policy.horizon === 'open' || !isComplete) return intervalAtEveryLook(metrics[0]!, arm, comparison);
  return intervalAtTheEnd(metrics[0]!, arm, comparison) ?? { estimate: null, lower: null, upper: null };
}

function waitingFor({ policy, isComplete, metrics, control }: ExperimentState): string {
  if (policy.horizon !== 'open' && !isComplete) return 'the end of its horizon';
  return metrics[0]!.arms[control]!.n === 0
    ? `values of ${policy.primary.metric} that are old enough`
    : `a difference in ${policy.primary.metric}`;
}

/**
 * The verdict on an experiment: the first that matches of capacity, harm, broken split, the metric that decides, deadline.
 * Says what should follow and changes nothing. Silence decides nothing: values mature long after traffic has gone. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { doubtfulGuard, harmfulGuard } from '../evidence/evidence.ts';
import { type BenefitInterval, benefitIn } from './benefit.ts';
import { segmentObjection, unknownGuardrail, violatedGuardrail } from './guardrails.ts';
import { intervalAtEveryLook, intervalAtTheEnd, type MetricInterval } from './metric.ts';
import { activeArms, comparisonOf, type ExperimentState, guardPolicy, type LossCause } from './state.ts';

export type ArmAssessment =
  | { readonly kind: 'lost'; readonly arm: number; readonly cause: LossCause }
  | { readonly kind: 'won'; readonly arm: number }
  | { readonly kind: 'split' }
  /** Segments keep the winner from being shipped. */
  | { readonly kind: 'segments'; readonly why: string }
  /** Nothing is decided until the cause is gone. */
  | { readonly kind: 'freeze'; readonly why: string }
  | { readonly kind: 'undecided' }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'wait'; readonly why: string };

export function assessArms(state: ExperimentState): ArmAssessment {
  const { policy, ready, clock } = state;
  const isLate = clock.elapsed >= policy.maxTime;
  const late = (why: string): ArmAssessment => (isLate ? { kind: 'deadline' } : { kind: 'freeze', why });
  if (ready.stable < 1) return late('stable has no ready replica');
  const harmed = harmedArm(state);
  if (harmed !== null) return harmed;
  if (ready.candidate < 1) return late('the candidate has no ready replica');
  if (isSplitBroken(state)) return { kind: 'split' };
  const found = outcomeOf(state);
  if (found !== null && found.kind !== 'wait') return found;
  return isLate ? { kind: 'deadline' } : (found ?? { kind: 'wait', why: waitingFor(state) });
}

/** The first arm whose guards or guardrails have found harm, or null. */
export function harmedArm(state: ExperimentState): Extract<ArmAssessment, { kind: 'lost' }> | null {
  const policy = guardPolicy(state.policy);
  for (const arm of activeArms(state)) {
    const cause = harmfulGuard(elementAt(state.arms, arm).evidence, policy);
    if (cause !== null) return { kind: 'lost', arm, cause };
    const guardrail = violatedGuardrail(state, arm);
    if (guardrail !== null) return { kind: 'lost', arm, cause: `guardrail ${guardrail}` };
  }
  return null;
}

const isSplitBroken = ({ policy, srm }: ExperimentState): boolean =>
  policy.srm !== null && srm.maxLog >= Math.log(1 / policy.srm.alpha);

/** What the metric that decides says, or null while it says nothing. */
function outcomeOf(state: ExperimentState): ArmAssessment | null {
  const isFixed = state.policy.horizon !== 'open';
  if (isFixed && !state.isComplete) return null;
  const stands = activeArms(state).map((arm) => ({ arm, ...benefitOf(state, arm) }));
  const bar = barOf(state);
  const lost = stands.find(({ upper }) => upper < bar);
  if (lost !== undefined) return { kind: 'lost', arm: lost.arm, cause: 'primary' };
  const winners = stands.filter(
    ({ arm, lower }) => lower > bar && doubtfulGuard(elementAt(state.arms, arm).evidence) === null,
  );
  if (winners.length > 0) return shipped(state, winners);
  return isFixed ? { kind: 'undecided' } : null;
}

/** The best of those that win and that nothing keeps from being shipped. */
function shipped(
  state: ExperimentState,
  winners: readonly (BenefitInterval & { readonly arm: number })[],
): ArmAssessment {
  const byLead = winners.toSorted((a, b) => b.estimate - a.estimate);
  const unknown = unknownGuardrail(state, elementAt(byLead, 0).arm);
  const known = byLead.filter(({ arm }) => unknownGuardrail(state, arm) === null);
  if (known.length === 0) return { kind: 'wait', why: `values of ${unknown}, a guardrail` };
  const objections: string[] = [];
  for (const { arm } of known) {
    const why = segmentObjection(state, arm);
    if (why === null) return { kind: 'won', arm };
    objections.push(why);
  }
  return { kind: 'segments', why: elementAt(objections, 0) };
}

/** What an interval must exclude: no difference, or a loss of the margin. */
export const barOf = ({ policy: { rule } }: ExperimentState): number =>
  rule.ship === 'better' ? 0 : -rule.margin;

/** How far an arm is ahead of control in the metric that decides. */
export const benefitOf = (state: ExperimentState, arm: number): BenefitInterval =>
  benefitIn(state.policy.primary.direction, decisiveInterval(state, arm));

/** One that holds at every look, or Welch's at the one look of a fixed horizon. */
function decisiveInterval({ policy, metrics, isComplete }: ExperimentState, arm: number): MetricInterval {
  const comparison = comparisonOf(policy, 0);
  if (policy.horizon === 'open' || !isComplete)
    return intervalAtEveryLook(elementAt(metrics, 0), arm, comparison);
  return (
    intervalAtTheEnd(elementAt(metrics, 0), arm, comparison) ?? { estimate: null, lower: null, upper: null }
  );
}

function waitingFor({ policy, isComplete, metrics, control }: ExperimentState): string {
  if (policy.horizon !== 'open' && !isComplete) return 'the end of its horizon';
  return elementAt(elementAt(metrics, 0).arms, control).n === 0
    ? `values of ${policy.primary.metric} that are old enough`
    : `a difference in ${policy.primary.metric}`;
}

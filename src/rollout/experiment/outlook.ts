/** What an experiment that runs is expected to come to, at the traffic and the spread of values that it has seen. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { barOf, benefitOf } from './assess-arms.ts';
import { deadlineOf, type ExperimentTraffic, lintArm } from './lint.ts';
import { liftOf } from './metric.ts';
import { activeArms, comparisonOf, type ExperimentState } from './state.ts';

/** Expected widths of intervals, so that times are those of a typical experiment; milliseconds. */
export interface ExperimentOutlook {
  /** The arm that stands best so far: all of this is about it and control. */
  readonly arm: string;
  /** New units a second, and the standard deviation of the value of one. */
  readonly rate: number;
  readonly deviation: number;
  /** Units whose values will have matured when the last look can decide. */
  readonly units: number;
  /** Smallest difference that is expected to be found by then. */
  readonly detectable: number;
  /** From the beginning until the minimum effect of the policy is found; null without one, or where it never is. */
  readonly minimumEffect: number | null;
  /** From now until the arm is decided upon, if its difference stays as it is estimated; null: not before the deadline. */
  readonly decision: number | null;
}

/** Fewer units than this say little of how values are spread. */
const UNITS_LEAST = 100;

/** Null while too little is known, and once it is over. */
export function experimentOutlook(state: ExperimentState): ExperimentOutlook | null {
  const { phase, policy, clock } = state;
  const arms = phase.kind === 'running' ? activeArms(state) : [];
  const [first, ...rest] = arms;
  if (first === undefined) return null;
  const arm = rest.reduce(
    (best, one) => (benefitOf(state, one).estimate > benefitOf(state, best).estimate ? one : best),
    first,
  );
  const traffic = trafficOf(state, arm);
  if (traffic === null) return null;
  const { arm: name, units, detectable, time } = lintArm(policy, traffic, arm);
  const decision = decisionTime(state, traffic, arm);
  return {
    ...{ arm: name, ...traffic, units, detectable, minimumEffect: time },
    decision: decision === null ? null : Math.max(0, decision - clock.elapsed),
  };
}

function trafficOf(state: ExperimentState, arm: number): ExperimentTraffic | null {
  const { policy, metrics, control, arms, clock } = state;
  const metric = elementAt(metrics, 0);
  const [own, other] = [elementAt(metric.arms, arm).n, elementAt(metric.arms, control).n];
  const variance = liftOf(metric, arm, comparisonOf(policy, 0))?.variance ?? 0;
  if (Math.min(own, other) < UNITS_LEAST || !(variance > 0) || clock.elapsed === 0) return null;
  const taken = arms.reduce((sum, { units }) => sum + units, 0);
  return {
    rate: taken / (1 - policy.holdout / 100) / (clock.elapsed / 1000),
    deviation: Math.sqrt(variance / (1 / own + 1 / other)),
  };
}

/** From the beginning; at a fixed horizon everything is decided by its one look. */
function decisionTime(state: ExperimentState, traffic: ExperimentTraffic, arm: number): number | null {
  const { policy } = state;
  const deadline = deadlineOf(policy);
  if (policy.horizon !== 'open') return deadline;
  const minimumEffect = Math.abs(benefitOf(state, arm).estimate - barOf(state));
  if (minimumEffect === 0) return null;
  const { time } = lintArm({ ...policy, primary: { ...policy.primary, minimumEffect } }, traffic, arm);
  return time === null || time > deadline ? null : time;
}

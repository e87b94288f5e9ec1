/** What people are shown of an experiment: where every arm stands in every metric, and how it came there. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { RolloutStatus } from '../decide/status.ts';
import { bayesView } from '../metric/bayes.ts';
import { pValue } from '../metric/sequential.ts';
import { armShares } from './allocation.ts';
import { barOf } from './assess-arms.ts';
import { deadlineOf } from './lint.ts';
import { intervalAtEveryLook, intervalAtTheEnd, liftOf } from './metric.ts';
import { type ExperimentOutlook, experimentOutlook } from './outlook.ts';
import { type ExperimentPolicy, metricsOf } from './policy.ts';
import {
  type ArmContrast,
  armContrast,
  type SegmentDifference,
  type SegmentResult,
  segmentDifferences,
  segmentResults,
} from './segment-view.ts';
import { comparisonOf, type ExperimentState, type InterimLook, type LossCause } from './state.ts';
import { armGuards } from './status.ts';

export interface ExperimentView {
  readonly arms: readonly {
    readonly name: string;
    readonly version: number;
    readonly isControl: boolean;
    /** Of the units that take part. */
    readonly share: number;
    /** Units seen for the first time. */
    readonly units: number;
    readonly lost: LossCause | null;
    /** Of harm, against control; those that have seen anything. */
    readonly guards: RolloutStatus['evidence'];
  }[];
  readonly metrics: readonly MetricResult[];
  /** Every arm in every metric by segment; intervals of a metric hold together. */
  readonly segments: readonly SegmentResult[];
  /** Where an arm does more in one segment than in another, the strongest evidence first. */
  readonly differences: readonly SegmentDifference[];
  /** p of the test that units are split as they should be, and below which it holds; null without the test. */
  readonly split: { readonly p: number; readonly alpha: number } | null;
  readonly rule: DecisionRule;
  /** Null while little is known, while it holds, and once it is over. */
  readonly outlook: ExperimentOutlook | null;
  readonly winner: string | null;
  /** The metric that decides, at every look so far (thinned where they are many). */
  readonly looks: readonly (Omit<InterimLook, 'arm'> & { readonly arm: string })[];
}

/** What decides, and until when. */
export interface DecisionRule {
  /** What the interval of the difference must lie above, in the direction that is better: 0, or a loss that is still allowed. */
  readonly bar: number;
  /** Chance that an arm is found different where none is, all arms together. */
  readonly alpha: number;
  /** Milliseconds: the age at which a value is complete, what has passed, and when the last look can decide. */
  readonly maturity: number;
  readonly elapsed: number;
  readonly deadline: number;
  readonly onTimeout: ExperimentPolicy['onTimeout'];
  /** Whether it looks once, at the deadline. */
  readonly isFixed: boolean;
  readonly minimumEffect: number | null;
  /** Header that segments are told by, and what of them holds instead of shipping. */
  readonly segments: string | null;
  readonly segmentGuard: ExperimentPolicy['segmentGuard'];
}

/** One arm against control in one metric. */
export interface MetricResult extends ArmContrast {
  /** Of the one look of a fixed horizon, once it is over. */
  readonly atTheEnd: { readonly lower: number; readonly upper: number; readonly p: number } | null;
  /** Posterior probability that the arm is better: for display alone. */
  readonly chance: number | null;
}

export function experimentView(state: ExperimentState): ExperimentView {
  const { arms, control, phase, policy, srm } = state;
  const shares = armShares(state.runs, arms.length);
  const tested = arms.map((_, arm) => arm).filter((arm) => arm !== control);
  const eachPair = <T>(read: (state: ExperimentState, index: number, arm: number) => readonly T[]) =>
    metricsOf(policy).flatMap((_, index) => tested.flatMap((arm) => read(state, index, arm)));
  return {
    arms: arms.map(({ name, version, units, lost }, i) => ({
      ...{ name, version, isControl: i === control },
      ...{ share: elementAt(shares, i), units, lost },
      guards: i === control ? {} : armGuards(state, i),
    })),
    metrics: eachPair((...at) => [standingOf(...at)]),
    segments: eachPair(segmentResults),
    differences: eachPair(segmentDifferences),
    split: policy.srm && { p: pValue(srm.maxLog), alpha: policy.srm.alpha },
    rule: ruleOf(state),
    outlook: experimentOutlook(state),
    winner: phase.kind === 'promoted' ? elementAt(arms, phase.arm).name : null,
    looks: state.looks.points.flat().map((look) => ({ ...look, arm: elementAt(arms, look.arm).name })),
  };
}

function ruleOf(state: ExperimentState): DecisionRule {
  const { primary, alpha, horizon, onTimeout, segments, segmentGuard } = state.policy;
  return {
    bar: barOf(state),
    alpha,
    maturity: primary.maturity,
    elapsed: state.clock.elapsed,
    deadline: deadlineOf(state.policy),
    onTimeout,
    isFixed: horizon !== 'open',
    ...{ minimumEffect: primary.minimumEffect, segments, segmentGuard },
  };
}

function standingOf(state: ExperimentState, index: number, arm: number): MetricResult {
  const { policy, metrics } = state;
  const rule = elementAt(metricsOf(policy), index);
  const metric = elementAt(metrics, index);
  const comparison = comparisonOf(policy, index);
  const lift = liftOf(metric, arm, comparison);
  const sign = rule.direction === 'up' ? 1 : -1;
  const end = index === 0 && state.isComplete ? intervalAtTheEnd(metric, arm, comparison) : null;
  return {
    ...armContrast(state, index, arm, metric, intervalAtEveryLook(metric, arm, comparison)),
    atTheEnd: end && { lower: end.lower, upper: end.upper, p: end.p },
    chance:
      lift === null || !(lift.variance > 0)
        ? null
        : bayesView({ estimate: sign * lift.estimate, variance: lift.variance }).chance,
  };
}

/** State of one experiment, as plain data that survives being stored. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { ReadyReplicas, RolloutClock, WindowRange } from '../decide/state.ts';
import { NO_ROLLOUT_EVIDENCE, type RolloutEvidence } from '../evidence/evidence.ts';
import { NO_MISMATCH, type SrmState } from '../evidence/srm.ts';
import { DEFAULT_POLICY, type GuardName, type RolloutPolicy } from '../policy/policy.ts';
import { type RouteRange, singleVersionRanges } from '../route.ts';
import type { MachineStart } from '../strategy-machine.ts';
import { NO_POINTS, type ThinnedSeries } from '../thinned-series.ts';
import { allocateBuckets, armShares, type BucketRun } from './allocation.ts';
import { type MetricComparison, type MetricState, startMetric } from './metric.ts';
import { controlOf, type ExperimentPolicy, metricsOf, parseExperiment } from './policy.ts';
import type { SegmentStates } from './segments.ts';

/** Why an arm ended: a guard, the metric that decides, or a guardrail by its metric. */
export type LossCause = GuardName | 'primary' | `guardrail ${string}`;

export type ExperimentHoldCause =
  | 'paused'
  | 'timeout'
  | 'split'
  | 'inconclusive'
  | 'segments'
  | 'rolled-back-before';

export type ExperimentPhase =
  | { readonly kind: 'running' }
  | {
      readonly kind: 'holding';
      readonly cause: ExperimentHoldCause;
      readonly since: number;
      readonly reminders: number;
    }
  | { readonly kind: 'promoted'; readonly arm: number }
  | { readonly kind: 'rolled-back'; readonly cause: LossCause | 'timeout' }
  | { readonly kind: 'aborted'; readonly by: string };

export interface ExperimentArm {
  readonly name: string;
  readonly version: number;
  /** Null while it takes part. */
  readonly lost: LossCause | null;
  /** Of harm, against control; nothing for control itself. */
  readonly evidence: RolloutEvidence;
  readonly units: number;
}

/** Shares under which the units of windows from `from` on were assigned: the propensity of each arm. */
export interface AssignmentPropensity {
  readonly from: number;
  readonly shares: readonly number[];
}

/** How far one arm stood from control in the primary metric when a cohort had matured. */
export interface InterimLook {
  readonly window: number;
  /** Beginning of the window in which its last values matured, in milliseconds since the epoch. */
  readonly at: number;
  readonly arm: number;
  readonly units: number;
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface ExperimentState {
  readonly attempt: string;
  readonly policy: ExperimentPolicy;
  readonly candidate: number;
  readonly stable: number;
  readonly startedAt: number;
  readonly phase: ExperimentPhase;
  readonly arms: readonly ExperimentArm[];
  /** Index of the arm that the others are compared with. */
  readonly control: number;
  readonly runs: readonly BucketRun[];
  /** Route as last decided. */
  readonly ranges: readonly RouteRange[];
  readonly srm: SrmState;
  /** As in `metricsOf`: the primary metric first. */
  readonly metrics: readonly MetricState[];
  /** By metric: the same by segment, empty where none are asked for. */
  readonly segments: readonly SegmentStates[];
  /** By metric: the first cohort that has not been taken. */
  readonly next: readonly number[];
  readonly propensities: readonly AssignmentPropensity[];
  /** Of all arms under test at a time; every look of them is thinned alike. */
  readonly looks: ThinnedSeries<readonly InterimLook[]>;
  /** Every unit of a fixed horizon has matured. */
  readonly isComplete: boolean;
  /** `elapsed` when a bandit last learnt its weights. */
  readonly learntAt: number;
  readonly ready: ReadyReplicas;
  readonly nextAction: number;
  readonly fence: number;
  readonly settled: readonly WindowRange[];
  readonly counters: { readonly taken: number; readonly late: number };
  readonly clock: RolloutClock;
}

/** A new experiment: nothing routed until the first event is decided. Throws POLICY_INVALID. */
export function startExperiment(start: MachineStart): ExperimentState {
  const policy = parseExperiment(start.policy);
  const runs = allocateBuckets(
    policy.arms.map(({ weight }) => weight),
    policy.holdout,
  );
  const shares = armShares(runs, policy.arms.length);
  const metrics = metricsOf(policy);
  return {
    attempt: start.attempt,
    policy,
    candidate: start.candidate,
    stable: start.stable,
    startedAt: start.now,
    phase: start.rolledBackBefore
      ? { kind: 'holding', cause: 'rolled-back-before', since: 0, reminders: 0 }
      : { kind: 'running' },
    arms: policy.arms.map(({ name, version }) => ({
      name,
      version: typeof version === 'number' ? version : start[version],
      lost: null,
      evidence: NO_ROLLOUT_EVIDENCE,
      units: 0,
    })),
    control: controlOf(policy),
    runs,
    ranges: singleVersionRanges(start.stable),
    srm: NO_MISMATCH,
    metrics: metrics.map((_, i) => startMetric(shares, comparisonOf(policy, i))),
    segments: metrics.map(() => []),
    next: metrics.map(() => 0),
    propensities: [],
    looks: NO_POINTS,
    isComplete: false,
    learntAt: 0,
    ready: { candidate: 1, stable: 1 },
    nextAction: 0,
    fence: start.fence,
    settled: [],
    counters: { taken: 0, late: 0 },
    clock: { now: start.now, elapsed: 0, silent: 0 },
  };
}

/** By index in `metricsOf`. */
export type MetricRole = 'primary' | 'shown' | 'guardrail';

export const metricRole = ({ metrics }: ExperimentPolicy, index: number): MetricRole =>
  index === 0 ? 'primary' : index <= metrics.length ? 'shown' : 'guardrail';

/**
 * How the metric of an index is compared. The level of the primary metric is split over the arms under test (Bonferroni),
 * that of guardrails over these and all guardrails; others are each shown at `alpha`.
 */
export function comparisonOf(policy: ExperimentPolicy, index: number): MetricComparison {
  const { bounds, cuped } = elementAt(metricsOf(policy), index);
  const arm = policy.alpha / (policy.arms.length - 1);
  const alphas = { primary: arm, shown: policy.alpha, guardrail: arm / policy.guardrails.length };
  return {
    control: controlOf(policy),
    bounds,
    isAdjusted: cuped !== null,
    isWeighted: policy.bandit !== null,
    alpha: alphas[metricRole(policy, index)],
  };
}

/** What judges one arm against control: the guards with their levels split over the arms under test. */
export function guardPolicy({ arms, guards }: ExperimentPolicy): RolloutPolicy {
  const split = <G extends { readonly alpha: number }>(guard: G | null): G | null =>
    guard && { ...guard, alpha: guard.alpha / (arms.length - 1) };
  return {
    ...DEFAULT_POLICY,
    guards: {
      errors: split(guards.errors),
      latency: split(guards.latency),
      outputs: split(guards.outputs),
      labels: split(guards.labels),
    },
    certificate: null,
    srm: null,
  };
}

/** Of the differences in all segments: they hold together, over the arms under test too. */
export function segmentComparison(policy: ExperimentPolicy, index: number): MetricComparison {
  const comparison = comparisonOf(policy, index);
  return { ...comparison, alpha: Math.min(comparison.alpha, policy.alpha / (policy.arms.length - 1)) };
}

export const isExperimentOver = ({ kind }: ExperimentPhase): boolean =>
  kind === 'promoted' || kind === 'rolled-back' || kind === 'aborted';

/** Arms that are still compared with control. */
export const activeArms = ({ arms, control }: ExperimentState): readonly number[] =>
  arms.map((_, arm) => arm).filter((arm) => arm !== control && elementAt(arms, arm).lost === null);

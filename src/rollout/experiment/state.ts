/** State of one experiment, as plain data that survives being stored. Pure. */
import type { IndexRange, Readiness, RolloutClock } from '../decide/state.ts';
import { type Evidence, NOTHING_SEEN } from '../evidence/evidence.ts';
import { NO_MISMATCH, type SrmState } from '../evidence/srm.ts';
import type { MachineStart } from '../machine.ts';
import { DEFAULT_POLICY, type GuardName, type Policy } from '../policy/policy.ts';
import { everybody, type Range } from '../route.ts';
import { allocate, type Run, sharesOf } from './allocation.ts';
import { type Comparison, type MetricState, startMetric } from './metric.ts';
import { controlOf, type ExperimentPolicy, type MetricPolicy, parseExperiment } from './policy.ts';
import type { SegmentStates } from './segments.ts';

/** Why an arm ended: a guard, or the metric that decides. */
export type LossCause = GuardName | 'primary';

export type HoldCause = 'paused' | 'timeout' | 'split' | 'inconclusive' | 'rolled-back-before';

export type ExperimentPhase =
  | { readonly kind: 'running' }
  | {
      readonly kind: 'holding';
      readonly cause: HoldCause;
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
  readonly evidence: Evidence;
  readonly units: number;
}

/** Shares under which the units of windows from `from` on were assigned: the propensity of each arm. */
export interface Propensity {
  readonly from: number;
  readonly shares: readonly number[];
}

/** How far one arm stood from control in the primary metric when a cohort had matured. */
export interface Look {
  readonly window: number;
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
  readonly runs: readonly Run[];
  /** Route as last decided. */
  readonly ranges: readonly Range[];
  readonly srm: SrmState;
  /** The primary metric first, then those that are shown. */
  readonly metrics: readonly MetricState[];
  /** By metric: the same by segment, empty where none are asked for. */
  readonly segments: readonly SegmentStates[];
  /** By metric: the first cohort that has not been taken. */
  readonly next: readonly number[];
  readonly propensities: readonly Propensity[];
  readonly looks: readonly Look[];
  /** Every unit of a fixed horizon has matured. */
  readonly isComplete: boolean;
  /** `elapsed` when a bandit last learnt its weights. */
  readonly learntAt: number;
  readonly ready: Readiness;
  readonly nextAction: number;
  readonly fence: number;
  readonly settled: readonly IndexRange[];
  readonly counters: { readonly taken: number; readonly late: number };
  readonly clock: RolloutClock;
}

/** A new experiment: nothing routed until the first event is decided. Throws POLICY_INVALID. */
export function startExperiment(start: MachineStart): ExperimentState {
  const policy = parseExperiment(start.policy);
  const runs = allocate(
    policy.arms.map(({ weight }) => weight),
    policy.holdout,
  );
  const shares = sharesOf(runs, policy.arms.length);
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
      evidence: NOTHING_SEEN,
      units: 0,
    })),
    control: controlOf(policy),
    runs,
    ranges: everybody(start.stable),
    srm: NO_MISMATCH,
    metrics: metrics.map((metric, i) => startMetric(shares, comparisonOf(policy, metric, i === 0))),
    segments: metrics.map(() => []),
    next: metrics.map(() => 0),
    propensities: [],
    looks: [],
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

export const metricsOf = ({ primary, metrics }: ExperimentPolicy): readonly MetricPolicy[] => [
  primary,
  ...metrics,
];

/** The level of the primary metric is split over the arms under test (Bonferroni); others are each shown at `alpha`. */
export const comparisonOf = (
  policy: ExperimentPolicy,
  { bounds, cuped }: MetricPolicy,
  isPrimary: boolean,
): Comparison => ({
  control: controlOf(policy),
  bounds,
  isAdjusted: cuped !== null,
  isWeighted: policy.bandit !== null,
  alpha: isPrimary ? policy.alpha / (policy.arms.length - 1) : policy.alpha,
});

/** What judges one arm against control: the guards with their levels split over the arms under test. */
export function guardPolicy({ arms, guards }: ExperimentPolicy): Policy {
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
export const segmentComparison = (policy: ExperimentPolicy, metric: MetricPolicy): Comparison =>
  comparisonOf(policy, metric, true);

export const isOver = ({ kind }: ExperimentPhase): boolean =>
  kind === 'promoted' || kind === 'rolled-back' || kind === 'aborted';

/** Arms that are still compared with control. */
export const contenders = ({ arms, control }: ExperimentState): readonly number[] =>
  arms.map((_, arm) => arm).filter((arm) => arm !== control && arms[arm]!.lost === null);

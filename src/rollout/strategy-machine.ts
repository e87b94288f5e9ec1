/**
 * What runs a rollout, whatever its strategy: a pure fold over closed windows and commands. The controller knows no
 * other way to decide. Pure.
 */
import type { ReadyReplicas, RolloutAction, VerdictKind } from './decide/state.ts';
import type { RolloutStatus } from './decide/status.ts';
import type { PairCounts } from './evidence/paired.ts';
import type { ArmCounts, CopiedUnits } from './recorded-window.ts';
import type { RouteRange } from './route.ts';

/** One closed window, as collected: counts of every arm, and what matured by its end. Plain data, kept for good. */
export interface ClosedWindow {
  readonly rollout: string;
  readonly window: number;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly stage: number;
  /** Share of units that each arm was to get, by index of the arm. */
  readonly shares: readonly number[];
  readonly arms: readonly ArmCounts[];
  /** Units that showed up in two arms, and therefore count in none. */
  readonly crossed: number;
  /** One unit in so many is counted, the same in every arm: 1, or a power of two where there are very many. */
  readonly sampling: number;
  readonly pairs: number;
  readonly paired: ReadonlyMap<string, PairCounts>;
  /** Null in windows of earlier versions, which did not tell units apart. */
  readonly copies: CopiedUnits | null;
  /** Counts of the arms by value of the segment header: units and units that failed. */
  readonly segments: ReadonlyMap<string, readonly { readonly units: number; readonly failures: number }[]>;
  /** Requests by arm and latency bin, whether or not their unit counted. */
  readonly latency: readonly (readonly number[])[];
  /** What matured of earlier windows: see `parseMatured` of the experiment; null where nothing did. */
  readonly outcomes: unknown;
  /** Parts that were not complete, copies that were answered and dropped. */
  readonly missingParts: number;
  readonly mirrored: number;
  readonly dropped: number;
}

export type MachineEvent =
  | { readonly kind: 'tick' }
  | { readonly kind: 'window'; readonly window: ClosedWindow }
  | { readonly kind: 'ready'; readonly ready: ReadyReplicas }
  | {
      readonly kind: 'command';
      readonly command: {
        readonly kind: 'abort' | 'promote' | 'pause' | 'resume' | 'approve';
        readonly by: string;
      };
    };

export interface MachineStep<S> {
  readonly state: S;
  readonly actions: readonly RolloutAction[];
  readonly verdict: VerdictKind;
  readonly reason: string;
}

/** What a machine is started with. */
export interface MachineStart {
  readonly attempt: string;
  readonly candidate: number;
  readonly stable: number;
  readonly binding: { readonly candidate: string; readonly stable: string; readonly policyHash: string };
  /** As given; the machine parses it. Throws POLICY_INVALID. */
  readonly policy: unknown;
  readonly now: number;
  readonly fence: number;
  readonly rolledBackBefore: boolean;
}

/** Where units go in a state. */
export interface RoutingPlan {
  /** Names of the arms, by index. */
  readonly arms: readonly string[];
  readonly ranges: readonly RouteRange[];
  readonly shadow: { readonly version: number; readonly percent: number } | null;
  readonly stage: number;
  /** Whether windows are still to be collected. */
  readonly records: boolean;
  /** Version that the endpoint rests on once the rollout is over; null while it is not. */
  readonly settled: FinalRoute | null;
}

export interface FinalRoute {
  readonly version: number;
  readonly state: RolloutStatus['state'];
  /** The candidate was found harmful: it is not tried again without a person. */
  readonly isHarmful: boolean;
}

/** What is to be collected, the same for the whole rollout. */
export interface CollectionNeeds {
  /** Milliseconds. */
  readonly window: number;
  readonly watermark: number;
  readonly latency: boolean;
  /** Smallest slowness that counts: milliseconds over the frozen quantile. */
  readonly slack: number;
  readonly outputs: boolean;
  /** Index of the arm that stable answers: what others are measured against. */
  readonly control: number;
  /** Age at which labels are complete, in milliseconds; null where none are asked for. */
  readonly labels: { readonly maturity: number } | null;
  readonly metrics: readonly MetricNeed[];
  readonly segment: string | null;
}

/** A business metric: what is summed by unit. */
export interface MetricNeed {
  /** As feedback names it, or `accuracy`: the share of a unit's answers that its labels proved right. */
  readonly name: string;
  /** Age of a unit, in milliseconds since its first answer, at which its values are complete. */
  readonly maturity: number;
  /** Metric whose sum before the first answer takes variance out (CUPED), or null. */
  readonly covariate: string | null;
  /** A unit's sum counts as at most this, or null. */
  readonly cap: number | null;
  /** Whether each unit's value is wanted, not only the sums. */
  readonly wantsValues: boolean;
}

export interface StrategyMachine<S> {
  start(start: MachineStart): S;
  decide(state: S, event: MachineEvent, now: number): MachineStep<S>;
  status(state: S): RolloutStatus;
  plan(state: S): RoutingPlan;
  needs(state: S): CollectionNeeds;
  /** The policy with every default, as it is published with the evidence. */
  policy(state: S): unknown;
  /** The same state under another owner. */
  owned(state: S, fence: number): S;
}

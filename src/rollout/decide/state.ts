/**
 * State of one rollout attempt, as plain data that survives being stored: `decide` takes one state and gives the next.
 * Pure.
 */
import { NO_ROLLOUT_EVIDENCE, type RolloutEvidence } from '../evidence/evidence.ts';
import type { GuardName, RolloutPolicy } from '../policy/policy.ts';
import type { RecordedWindow } from '../recorded-window.ts';

/** What evidence belongs to: if any part changes, it is another attempt with evidence 1. */
export interface EvidenceBinding {
  readonly candidate: string;
  readonly stable: string;
  readonly policyHash: string;
}

export type StageHoldCause =
  | 'paused'
  | 'timeout'
  | 'split'
  | 'stages-done'
  /** The same candidate was rolled back automatically before: it is tried again only where a person says so. */
  | 'rolled-back-before';

export type RolloutPhase =
  | { readonly kind: 'running' }
  | {
      readonly kind: 'holding';
      readonly cause: StageHoldCause;
      readonly since: number;
      readonly reminders: number;
    }
  /** Promoted, with a holdback that still collects evidence while labels mature. */
  | { readonly kind: 'provisional'; readonly since: number }
  | { readonly kind: 'promoted'; readonly since: number; readonly released: boolean }
  | { readonly kind: 'rolled-back'; readonly cause: GuardName | 'timeout' }
  | { readonly kind: 'aborted'; readonly by: string };

/** What has been collected within the current stage. */
export interface StageProgress {
  /** Evidence time, in milliseconds: windows in which both arms were seen. */
  readonly bake: number;
  readonly candidateUnits: number;
  readonly stableUnits: number;
  readonly approved: boolean;
  /** `elapsed` when the stage began. */
  readonly since: number;
}

/** Windows that are settled, as ranges of indices in order: taken, or late and therefore never taken. */
export interface WindowRange {
  readonly from: number;
  readonly to: number;
}

export interface RolloutState {
  readonly attempt: string;
  readonly binding: EvidenceBinding;
  readonly policy: RolloutPolicy;
  readonly phase: RolloutPhase;
  readonly stage: number;
  readonly progress: StageProgress;
  readonly evidence: RolloutEvidence;
  /** Route as last decided: candidate's share in buckets of ten thousand, and percent of requests copied to it. */
  readonly weight: number;
  readonly shadow: number;
  readonly ready: ReadyReplicas;
  /** Number of the next action: ids stay the same wherever the same events are decided again. */
  readonly nextAction: number;
  readonly fence: number;
  /** Another controller has taken over: this one decides nothing any more. */
  readonly fenced: boolean;
  readonly settled: readonly WindowRange[];
  readonly counters: { readonly taken: number; readonly late: number; readonly foreign: number };
  readonly clock: RolloutClock;
}

/** Ready replicas of each version. */
export interface ReadyReplicas {
  readonly candidate: number;
  readonly stable: number;
}

export interface RolloutClock {
  readonly now: number;
  /** Milliseconds that have passed, jumps of the clock left out. */
  readonly elapsed: number;
  /** Milliseconds since both arms were last seen. */
  readonly silent: number;
}

export type OperatorCommand = {
  readonly kind: 'abort' | 'promote' | 'pause' | 'resume' | 'approve';
  readonly by: string;
};

export type RolloutEvent =
  | { readonly kind: 'tick' }
  | { readonly kind: 'window'; readonly window: RecordedWindow; readonly binding?: EvidenceBinding }
  | { readonly kind: 'ready'; readonly ready: ReadyReplicas }
  /** Ownership of the rollout, by a number that only grows; a larger one than ours means that we have lost it. */
  | { readonly kind: 'fence'; readonly fence: number }
  | { readonly kind: 'command'; readonly command: OperatorCommand };

/** What the executor does; doing an action twice is the same as doing it once. */
export type RolloutAction = { readonly id: string; readonly fence: number } & (
  | { readonly kind: 'route'; readonly weight: number; readonly shadow: number }
  | { readonly kind: 'warm'; readonly version: 'candidate' | 'stable' }
  | { readonly kind: 'release'; readonly version: 'candidate' | 'stable' }
  | { readonly kind: 'alert'; readonly message: string }
);

export type VerdictKind = 'abort' | 'advance' | 'hold' | 'inconclusive';

export interface RolloutDecision {
  readonly state: RolloutState;
  readonly actions: readonly RolloutAction[];
  readonly verdict: VerdictKind;
  readonly reason: string;
}

export interface RolloutStart {
  readonly attempt: string;
  readonly binding: EvidenceBinding;
  readonly policy: RolloutPolicy;
  readonly now: number;
  readonly fence?: number;
  readonly ready?: ReadyReplicas;
  /** Was this candidate digest rolled back automatically before? */
  readonly rolledBackBefore?: boolean;
}

export const NO_PROGRESS: StageProgress = {
  bake: 0,
  candidateUnits: 0,
  stableUnits: 0,
  approved: false,
  since: 0,
};

/** A new attempt: evidence 1, nothing routed until the first event is decided. */
export function startRollout({ attempt, binding, policy, now, ...rest }: RolloutStart): RolloutState {
  const phase: RolloutPhase = rest.rolledBackBefore
    ? { kind: 'holding', cause: 'rolled-back-before', since: 0, reminders: 0 }
    : { kind: 'running' };
  return {
    attempt,
    binding,
    policy,
    phase,
    stage: 0,
    progress: NO_PROGRESS,
    evidence: NO_ROLLOUT_EVIDENCE,
    weight: 0,
    shadow: 0,
    ready: rest.ready ?? { candidate: 1, stable: 1 },
    nextAction: 0,
    fence: rest.fence ?? 0,
    fenced: false,
    settled: [],
    counters: { taken: 0, late: 0, foreign: 0 },
    clock: { now, elapsed: 0, silent: 0 },
  };
}

export const isRolloutOver = ({ kind }: RolloutPhase): boolean =>
  kind === 'promoted' || kind === 'rolled-back' || kind === 'aborted';

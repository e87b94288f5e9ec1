/** What people are shown of a rollout. Pure. */
import { harmedUnits, noHarmLog } from '../evidence/evidence.ts';
import { guardTestLog, type LastingEvidence } from '../evidence/guard-test.ts';
import { pValue } from '../metric/sequential.ts';
import { GUARDS, type GuardName, type RolloutPolicy, type RolloutStage } from '../policy/policy.ts';
import { type StageGate, stageGates } from './assess-stage.ts';
import type { RolloutPhase, RolloutState } from './state.ts';

export interface GuardStatus {
  /** Natural logarithm of the evidence of harm now, at most, and where it rolls back. */
  readonly log: number;
  readonly maxLog: number;
  readonly bound: number;
  /** log evidence of no harm, and where it certifies; null where the promotion does not wait for it. */
  readonly certificate: { readonly log: number; readonly bound: number } | null;
  readonly harmedUnits: number;
  /** Units that failed again and again, once any has come so often. Of errors alone. */
  readonly lasting?: LastingStatus;
}

export interface LastingStatus {
  /** Natural logarithm of the evidence that this is the candidate's doing. */
  readonly log: number;
  /** Units that failed in three windows in a row, by the arm of the third. */
  readonly candidate: number;
  readonly stable: number;
  /** Windows of units in which the candidate alone failed copies, as in the one before. */
  readonly copies: number;
}

/** Why a rollout waits for a person. */
export const HOLD_CAUSES = [
  'paused',
  'timeout',
  'split',
  'stages-done',
  'inconclusive',
  'segments',
  'rolled-back-before',
] as const;
export type HoldCause = (typeof HOLD_CAUSES)[number];

/** As rows, lists and clients know them. */
export const ROLLOUT_STATES = ['running', 'holding', 'promoted', 'rolled-back', 'aborted'] as const;

export interface RolloutStatus {
  readonly state: (typeof ROLLOUT_STATES)[number];
  readonly stage: number;
  readonly stages: number;
  /** Candidate's share of units in percent. */
  readonly weight: number;
  readonly evidence: Readonly<Partial<Record<GuardName, GuardStatus>>>;
  /** Units that went wrong on account of the candidate, by the guard that saw most. */
  readonly harmedUnits: number;
  /** Of one that holds. */
  readonly holdCause?: HoldCause;
  /** Of rollouts that go by stages. */
  readonly progress?: StageView;
}

/** The plan of stages, and how far the current one has come; times in milliseconds. */
export interface StageView {
  readonly stages: readonly RolloutStage[];
  readonly elapsed: number;
  /** Evidence time: windows in which both arms were seen. */
  readonly bake: number;
  readonly candidateUnits: number;
  readonly stableUnits: number;
  readonly approved: boolean;
  /** What the stage needs to end; none once nobody waits for that. */
  readonly gates: readonly StageGate[];
  /** Test that units are split as they should be, and below which p it holds for a person; null without it. */
  readonly split: { readonly p: number; readonly alpha: number } | null;
  /** Of the whole rollout: what has passed, when its time is up, and what happens then. */
  readonly deadline: {
    readonly elapsed: number;
    readonly maxTime: number;
    readonly onTimeout: RolloutPolicy['onTimeout'];
  };
}

const STATES: Readonly<Record<RolloutPhase['kind'], RolloutStatus['state']>> = {
  running: 'running',
  holding: 'holding',
  provisional: 'promoted',
  promoted: 'promoted',
  'rolled-back': 'rolled-back',
  aborted: 'aborted',
};

export function stagedStatus(state: RolloutState): RolloutStatus {
  const seen = GUARDS.flatMap((name) => {
    const status = guardStatus(state, name);
    return status === null ? [] : [[name, status] as const];
  });
  return {
    state: STATES[state.phase.kind],
    stage: state.stage,
    stages: state.policy.stages.length,
    weight: state.weight / 100,
    evidence: Object.fromEntries(seen),
    harmedUnits: Math.max(0, ...seen.map(([, { harmedUnits }]) => harmedUnits)),
    progress: stageView(state),
    ...(state.phase.kind === 'holding' ? { holdCause: state.phase.cause } : {}),
  };
}

function stageView(state: RolloutState): StageView {
  const { policy, progress, clock, phase, evidence } = state;
  const { since, ...seen } = progress;
  const gates = phase.kind === 'running' || phase.kind === 'holding' ? stageGates(state) : [];
  return {
    ...{ stages: policy.stages, elapsed: clock.elapsed - since, ...seen, gates },
    split: policy.srm && { p: pValue(evidence.srm.maxLog), alpha: policy.srm.alpha },
    deadline: { elapsed: clock.elapsed, maxTime: policy.maxTime, onTimeout: policy.onTimeout },
  };
}

/** Null where the policy has no such guard, or it has seen nothing. */
export function guardStatus(
  { policy, evidence }: Pick<RolloutState, 'policy' | 'evidence'>,
  name: GuardName,
): GuardStatus | null {
  const guard = policy.guards[name];
  const seen = evidence.guards[name];
  if (guard === null || seen.maxLog === null || seen.tests.length === 0) return null;
  const { certificate } = policy;
  const noHarm = certificate && noHarmLog(evidence, name, certificate);
  return {
    log: seen.log,
    maxLog: seen.maxLog,
    bound: Math.log(1 / guard.alpha),
    certificate:
      certificate && noHarm !== null ? { log: noHarm, bound: Math.log(1 / certificate.alpha) } : null,
    harmedUnits: harmedUnits(seen),
    ...(seen.lasting === null ? {} : { lasting: lastingStatus(seen.lasting, guard.tolerance) }),
  };
}

const lastingStatus = ({ test }: LastingEvidence, tolerance: number): LastingStatus => ({
  log: guardTestLog(test, tolerance),
  candidate: test.candidate.bad,
  stable: test.stable.bad,
  copies: test.pairs.candidateOnly,
});

/**
 * The verdict on a state: the first that matches of a stable that cannot answer, harm, a candidate that cannot, broken
 * split, silence, certificate and bake time, deadline. Says what should follow and changes nothing. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import {
  doubtfulGuard,
  harmfulGuard,
  hasSampleRatioMismatch,
  uncertifiedGuard,
} from '../evidence/evidence.ts';
import type { GuardName } from '../policy/policy.ts';
import type { RolloutState } from './state.ts';

export type StageAssessment =
  | { readonly kind: 'harm'; readonly guard: GuardName }
  | { readonly kind: 'split' }
  /** The weight may fall and never rise, until the cause is gone. */
  | { readonly kind: 'freeze'; readonly why: string }
  | { readonly kind: 'deadline'; readonly why: string }
  | { readonly kind: 'advance' }
  | { readonly kind: 'wait'; readonly why: string };

export function assessStage(state: RolloutState): StageAssessment {
  const { policy, evidence, ready, clock } = state;
  if (ready.stable < 1) return late(state, 'stable has no ready replica');
  const guard = harmfulGuard(evidence, policy);
  if (guard !== null) return { kind: 'harm', guard };
  if (ready.candidate < 1) return late(state, 'the candidate has no ready replica');
  if (hasSampleRatioMismatch(evidence, policy)) return { kind: 'split' };
  if (clock.silent >= policy.staleAfter && !isLastStage(state))
    return late(state, 'no window with both arms for too long');
  const missing = missingToAdvance(state);
  if (missing === null) return { kind: 'advance' };
  if (clock.elapsed >= policy.maxTime)
    return { kind: 'deadline', why: `the stage still waits for ${missing}` };
  return { kind: 'wait', why: missing };
}

/** A freeze that outlasts the deadline of the rollout becomes a matter for a person. */
const late = ({ clock, policy }: RolloutState, why: string): StageAssessment =>
  clock.elapsed >= policy.maxTime ? { kind: 'deadline', why } : { kind: 'freeze', why };

/** At weight 100 there is no control, hence no evidence to wait for. */
const isLastStage = ({ phase, stage, policy }: RolloutState): boolean =>
  phase.kind === 'running' && policy.stages[stage]?.weight === 100;

/** What the running stage waits for, in words, or null where it may end. */
function missingToAdvance(state: RolloutState): string | null {
  const { policy, progress, evidence, clock } = state;
  const stage = elementAt(policy.stages, state.stage);
  if (stage.weight === 100) return clock.elapsed - progress.since >= stage.bake ? null : 'bake time';
  // Even without bake time a stage ends on something seen: one window with both arms.
  if (progress.bake < Math.max(stage.bake, policy.window)) return 'bake time';
  if (Math.min(progress.candidateUnits, progress.stableUnits) < stage.minUnits) return 'units';
  const next = policy.stages[state.stage + 1];
  const isGate = next === undefined || next.weight === 100 || policy.certificate?.gates === 'every';
  // Before that, a larger weight is also the fastest way to find out.
  const doubt = isGate ? doubtfulGuard(evidence) : null;
  if (doubt !== null) return `evidence of harm in ${doubt} to fall below ten to one`;
  const lacks =
    policy.certificate !== null && isGate && uncertifiedGuard(evidence, policy, policy.certificate);
  if (lacks) return `the certificate of ${lacks}`;
  return stage.approval && !progress.approved ? 'approval' : null;
}

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

/** What the running stage waits for, in words, or null where it may end: the first of its gates that is not passed. */
function missingToAdvance(state: RolloutState): string | null {
  for (const { what, isPassed } of gatesOf(state)) if (!isPassed) return what;
  return null;
}

/** Something that the running stage needs in order to end. */
export interface StageGate {
  readonly kind: 'bake' | 'units' | 'doubt' | 'certificate' | 'approval';
  /** As a stage says that it waits for it. */
  readonly what: string;
  readonly isPassed: boolean;
}

/** Everything that the running stage needs, in the order in which it is asked for. */
export const stageGates = (state: RolloutState): readonly StageGate[] => [...gatesOf(state)];

/** One by one: most decisions need no more than the first. */
function* gatesOf(state: RolloutState): Generator<StageGate> {
  const { policy, progress, evidence, clock } = state;
  const stage = elementAt(policy.stages, state.stage);
  const gate = (kind: StageGate['kind'], isPassed: boolean, what: string) => ({ kind, what, isPassed });
  if (stage.weight === 100)
    return yield gate('bake', clock.elapsed - progress.since >= stage.bake, 'bake time');
  // Even without bake time a stage ends on something seen: one window with both arms.
  yield gate('bake', progress.bake >= Math.max(stage.bake, policy.window), 'bake time');
  yield gate('units', Math.min(progress.candidateUnits, progress.stableUnits) >= stage.minUnits, 'units');
  const next = policy.stages[state.stage + 1];
  const { certificate } = policy;
  // Before the last one, a larger weight is also the fastest way to find out.
  if (next === undefined || next.weight === 100 || certificate?.gates === 'every') {
    const doubt = doubtfulGuard(evidence);
    yield gate(
      'doubt',
      doubt === null,
      `evidence of harm in ${doubt ?? 'any guard'} to fall below ten to one`,
    );
    const lacks = certificate && uncertifiedGuard(evidence, policy, certificate);
    if (certificate !== null)
      yield gate('certificate', lacks === null, `the certificate of ${lacks ?? 'no harm'}`);
  }
  if (stage.approval) yield gate('approval', progress.approved, 'approval');
}

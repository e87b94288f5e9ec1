/** What an event changes before anything is judged: clock, evidence, readiness, ownership. Pure. */
import { assertNever } from '../../core/errors.ts';
import { addEvidence } from '../evidence/evidence.ts';
import type { RecordedWindow } from '../recorded-window.ts';
import { addSettledWindow, classifyArrival } from './settled-windows.ts';
import type { EvidenceBinding, RolloutClock, RolloutEvent, RolloutState, StageProgress } from './state.ts';

/** Longest step of the clock that is believed: after a jump, or a controller that slept, time has passed once. */
const STEP_MAX_MS = 3_600_000;

export function applyEvent(before: RolloutState, event: RolloutEvent, now: number): RolloutState {
  const state = { ...before, clock: advanceClock(before.clock, now) };
  switch (event.kind) {
    case 'tick':
    case 'command':
      return state;
    case 'ready':
      return { ...state, ready: event.ready };
    case 'fence':
      return event.fence > state.fence ? { ...state, fenced: true } : state;
    case 'window':
      return takeWindow(state, event.window, event.binding ?? state.binding);
    default:
      return assertNever(event);
  }
}

/** The clock `now`: jumps back are no time, jumps ahead at most an hour. */
export function advanceClock(clock: RolloutClock, now: number): RolloutClock {
  const step = Math.min(Math.max(0, now - clock.now), STEP_MAX_MS);
  return { now, elapsed: clock.elapsed + step, silent: clock.silent + step };
}

function takeWindow(state: RolloutState, window: RecordedWindow, binding: EvidenceBinding): RolloutState {
  const { policy, counters } = state;
  if (!isSame(binding, state.binding))
    return { ...state, counters: { ...counters, foreign: counters.foreign + 1 } };
  const arrival = classifyArrival(state.settled, window.window, Math.ceil(policy.watermark / policy.window));
  if (arrival === 'duplicate') return state;
  const settled = addSettledWindow(state.settled, window.window);
  if (arrival === 'late') return { ...state, settled, counters: { ...counters, late: counters.late + 1 } };
  const seen = unitsSeen(state, window);
  const speaks = seen.candidate > 0 && seen.stable > 0;
  const isOfStage = window.stage === null || window.stage === state.stage;
  return {
    ...state,
    settled,
    counters: { ...counters, taken: counters.taken + 1 },
    evidence: addEvidence(state.evidence, window, policy),
    clock: speaks ? { ...state.clock, silent: 0 } : state.clock,
    progress: isOfStage
      ? grow(
          state.progress,
          speaks ? policy.window : 0,
          newInStage(state, window) ?? (speaks ? seen : NOBODY),
        )
      : state.progress,
  };
}

interface SeenUnits {
  readonly candidate: number;
  readonly stable: number;
}

const NOBODY: SeenUnits = { candidate: 0, stable: 0 };

const isShadow = ({ phase, policy, stage }: RolloutState): boolean =>
  phase.kind === 'running' && (policy.stages[stage]?.shadow ?? 0) > 0;

/** In a shadow stage a unit is an input that both models answered. */
function unitsSeen(state: RolloutState, { candidate, stable, pairs }: RecordedWindow): SeenUnits {
  return isShadow(state)
    ? { candidate: pairs, stable: pairs }
    : { candidate: candidate.units, stable: stable.units };
}

/** Those of them that come for the first time in the stage; null where units were not told apart. */
function newInStage(state: RolloutState, { candidate, stable, copies }: RecordedWindow): SeenUnits | null {
  if (isShadow(state)) return copies && { candidate: copies.stage, stable: copies.stage };
  if (candidate.distinct === null || stable.distinct === null) return null;
  return { candidate: candidate.distinct.stage, stable: stable.distinct.stage };
}

const grow = (progress: StageProgress, bake: number, seen: SeenUnits): StageProgress => ({
  ...progress,
  bake: progress.bake + bake,
  candidateUnits: progress.candidateUnits + seen.candidate,
  stableUnits: progress.stableUnits + seen.stable,
});

const isSame = (a: EvidenceBinding, b: EvidenceBinding): boolean =>
  a.candidate === b.candidate && a.stable === b.stable && a.policyHash === b.policyHash;

/**
 * One rollout as a pure function of its events: the executor carries out the actions, each of which has an id that
 * stays the same wherever the same events are decided again. Total: every event in every state has an answer. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { assertNever } from '../../core/errors.ts';
import { harmfulGuard } from '../evidence/evidence.ts';
import { actionsOf } from './actions.ts';
import { applyEvent } from './apply-event.ts';
import { assessStage, type StageAssessment } from './assess-stage.ts';
import {
  isRolloutOver,
  NO_PROGRESS,
  type OperatorCommand,
  type RolloutDecision,
  type RolloutEvent,
  type RolloutPhase,
  type RolloutState,
  type StageHoldCause,
  type VerdictKind,
} from './state.ts';

interface Step {
  readonly state: RolloutState;
  readonly verdict: VerdictKind;
  readonly reason: string;
}

/** `now` in milliseconds since the epoch; jumps of it neither skip nor repeat a stage. */
export function decide(before: RolloutState, event: RolloutEvent, now: number): RolloutDecision {
  if (before.fenced)
    return { state: before, actions: [], verdict: 'hold', reason: 'Another controller owns this rollout' };
  const seen = applyEvent(before, event, now);
  if (seen.fenced)
    return { state: seen, actions: [], verdict: 'hold', reason: 'Another controller took over' };
  const step = stepFrom(seen, event);
  const { state, actions } = actionsOf(before, step.state, step.reason);
  return { state, actions, verdict: step.verdict, reason: step.reason };
}

function stepFrom(state: RolloutState, event: RolloutEvent): Step {
  const { phase } = state;
  if (isRolloutOver(phase)) return afterwards(state);
  if (event.kind === 'command') {
    const ordered = obey(state, event.command);
    if (ordered !== null) return ordered;
  }
  switch (phase.kind) {
    case 'running':
      return follow(state, assessStage(state));
    case 'holding':
      return onHold(state, phase);
    case 'provisional':
      return provisional(state, phase);
    default:
      return afterwards(state);
  }
}

const VERDICT_AFTER = { promoted: 'advance', 'rolled-back': 'abort', aborted: 'abort' } as const;

/** Absorbing: nothing that happens afterwards changes the outcome. */
function afterwards(state: RolloutState): Step {
  const { phase, clock, policy } = state;
  const verdict = VERDICT_AFTER[phase.kind as keyof typeof VERDICT_AFTER];
  const isDue =
    phase.kind === 'promoted' &&
    !phase.released &&
    state.ready.candidate > 0 &&
    clock.elapsed - phase.since >= policy.warm;
  return {
    state: isDue ? { ...state, phase: { ...phase, released: true } } : state,
    verdict,
    reason: `The rollout is over: ${phase.kind}`,
  };
}

const enter = (state: RolloutState, phase: RolloutPhase, verdict: VerdictKind, reason: string): Step => ({
  state: { ...state, phase },
  verdict,
  reason,
});

const hold = (state: RolloutState, cause: StageHoldCause, reason: string): Step =>
  enter(
    state,
    { kind: 'holding', cause, since: state.clock.elapsed, reminders: 0 },
    verdictOf(cause),
    `Holding for a person: ${reason}`,
  );

const HELD: Readonly<Record<StageHoldCause, string>> = {
  paused: 'it is paused',
  timeout: 'the deadline has passed',
  split: 'units are not split as they should be: the router or the recording is at fault',
  'stages-done': 'every stage is done',
  'rolled-back-before': 'this candidate was rolled back before',
};

const verdictOf = (cause: StageHoldCause): VerdictKind =>
  cause === 'stages-done' ? 'advance' : 'inconclusive';

/** A person's word; null where it changes nothing by itself and the state is judged as ever. */
function obey(state: RolloutState, { kind, by }: OperatorCommand): Step | null {
  const { phase } = state;
  const harmed = harmfulGuard(state.evidence, state.policy) !== null;
  switch (kind) {
    case 'abort':
      return enter(state, { kind: 'aborted', by }, 'abort', `Aborted by ${by}`);
    case 'promote':
      // Evidence of harm is acted on first; a person who wants the candidate all the same starts another attempt.
      return harmed || state.ready.candidate < 1 || phase.kind === 'provisional'
        ? null
        : promote(state, `Promoted by ${by}`);
    case 'pause':
      return phase.kind === 'running' && !harmed ? hold(state, 'paused', `paused by ${by}`) : null;
    case 'resume':
      return phase.kind === 'holding' && !harmed ? resume(state, phase.cause, by) : null;
    case 'approve':
      return phase.kind === 'running'
        ? follow({ ...state, progress: { ...state.progress, approved: true } })
        : null;
    default:
      return assertNever(kind);
  }
}

/** After a deadline a person grants another span of `maxTime`; a broken split is started over in the statistics. */
function resume(state: RolloutState, cause: StageHoldCause, by: string): Step | null {
  if (cause === 'stages-done') return null;
  const clock =
    cause === 'timeout' ? { ...state.clock, elapsed: 0, silent: 0 } : { ...state.clock, silent: 0 };
  const srm = { ...state.evidence.srm, log: 0, maxLog: 0 };
  const evidence = cause === 'split' ? { ...state.evidence, srm } : state.evidence;
  const progress = { ...state.progress, since: Math.min(state.progress.since, clock.elapsed) };
  return enter({ ...state, clock, evidence, progress }, { kind: 'running' }, 'hold', `Resumed by ${by}`);
}

function follow(state: RolloutState, judgement: StageAssessment = assessStage(state)): Step {
  switch (judgement.kind) {
    case 'harm':
      return rollBack(state, judgement.guard);
    case 'split':
      return hold(state, 'split', HELD.split);
    case 'freeze':
      return { state, verdict: 'hold', reason: `The weight may not rise: ${judgement.why}` };
    case 'deadline':
      return atDeadline(state, judgement.why);
    case 'advance':
      return advance(state);
    case 'wait':
      return { state, verdict: 'hold', reason: `Collecting: the stage waits for ${judgement.why}` };
    default:
      return assertNever(judgement);
  }
}

const rollBack = (
  state: RolloutState,
  cause: Extract<RolloutPhase, { kind: 'rolled-back' }>['cause'],
): Step =>
  enter(
    state,
    { kind: 'rolled-back', cause },
    'abort',
    cause === 'timeout' ? 'Rolled back at the deadline' : `Rolled back: evidence of harm in ${cause}`,
  );

function atDeadline(state: RolloutState, why: string): Step {
  const { onTimeout } = state.policy;
  if (onTimeout === 'rollback') return rollBack(state, 'timeout');
  const isSafe = state.ready.candidate > 0 && state.clock.silent < state.policy.staleAfter;
  if (onTimeout === 'promote' && isSafe) return promote(state, 'Promoted at the deadline');
  return hold(state, 'timeout', `${HELD.timeout}: ${why}`);
}

function advance(state: RolloutState): Step {
  const next = state.policy.stages[state.stage + 1];
  const isLast = elementAt(state.policy.stages, state.stage).weight === 100;
  if (next === undefined)
    return isLast ? promote(state, 'Promoted') : hold(state, 'stages-done', HELD['stages-done']);
  const moved = {
    ...state,
    stage: state.stage + 1,
    progress: { ...NO_PROGRESS, since: state.clock.elapsed },
  };
  const reason = next.shadow > 0 ? `Shadowing ${next.shadow} %` : `Advanced to ${next.weight} %`;
  // Nothing is observed at weight 100; with a holdback, nobody is moved there and back.
  if (next.weight === 100 && (next.bake === 0 || state.policy.holdback > 0))
    return promote(moved, 'Promoted');
  return { state: moved, verdict: 'advance', reason };
}

function promote(state: RolloutState, reason: string): Step {
  const since = state.clock.elapsed;
  const moved = { ...state, progress: { ...NO_PROGRESS, since } };
  return state.policy.holdback > 0
    ? enter(
        moved,
        { kind: 'provisional', since },
        'advance',
        `${reason}; ${state.policy.holdback} % held back`,
      )
    : enter(moved, { kind: 'promoted', since, released: false }, 'advance', reason);
}

/** Guards keep watching; a person who does not come is reminded once every `maxTime`. */
function onHold(state: RolloutState, phase: Extract<RolloutPhase, { kind: 'holding' }>): Step {
  const guard = harmfulGuard(state.evidence, state.policy);
  if (guard !== null && state.ready.stable > 0) return rollBack(state, guard);
  const reminders = Math.floor((state.clock.elapsed - phase.since) / state.policy.maxTime);
  return enter(
    state,
    reminders > phase.reminders ? { ...phase, reminders } : phase,
    verdictOf(phase.cause),
    `Holding for a person: ${HELD[phase.cause]}`,
  );
}

/** Labels mature against the holdback; harm reopens the rollout long after the promotion. */
function provisional(state: RolloutState, phase: Extract<RolloutPhase, { kind: 'provisional' }>): Step {
  const guard = harmfulGuard(state.evidence, state.policy);
  if (guard !== null && state.ready.stable > 0) return rollBack(state, guard);
  const { maturity = 0 } = state.policy.guards.labels ?? {};
  const isDone = state.clock.elapsed - phase.since >= maturity + state.policy.warm;
  return isDone
    ? enter(
        state,
        { kind: 'promoted', since: state.clock.elapsed, released: false },
        'advance',
        'Promoted: labels have matured without evidence of harm',
      )
    : { state, verdict: 'advance', reason: 'Promoted, with a holdback while labels mature' };
}

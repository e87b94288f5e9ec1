/**
 * Experiments as the controller runs every strategy: arms with fixed or learnt weights, guards against harm, and one
 * metric that decides. A loser is never promoted, and nothing undoes an abort. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { assertNever } from '../../core/errors.ts';
import type { OperatorCommand, RolloutAction, VerdictKind } from '../decide/state.ts';
import type { MachineEvent, MachineStep, StrategyMachine } from '../strategy-machine.ts';
import { withdrawArm } from './allocation.ts';
import { applyExperimentEvent } from './apply-event.ts';
import { type ArmAssessment, assessArms, benefitOf, harmedArm } from './assess-arms.ts';
import { segmentObjection } from './guardrails.ts';
import {
  bucketsAwayFromStable,
  experimentPlan,
  isArmReady,
  reachableRanges,
  wantedRanges,
} from './routing.ts';
import { segmentDifferences } from './segment-view.ts';
import {
  activeArms,
  type ExperimentHoldCause,
  type ExperimentPhase,
  type ExperimentState,
  type LossCause,
  startExperiment,
} from './state.ts';
import { experimentNeeds, experimentStatus } from './status.ts';

export const experiment: StrategyMachine<ExperimentState> = {
  start: startExperiment,
  decide: decideExperiment,
  status: experimentStatus,
  plan: experimentPlan,
  needs: experimentNeeds,
  policy: ({ policy }) => policy,
  owned: (state, fence) => ({ ...state, fence }),
};

interface Step {
  readonly state: ExperimentState;
  readonly verdict: VerdictKind;
  readonly reason: string;
}

/** `now` in milliseconds since the epoch. Total: every event in every state has an answer. */
function decideExperiment(
  before: ExperimentState,
  event: MachineEvent,
  now: number,
): MachineStep<ExperimentState> {
  const step = stepFrom(applyExperimentEvent(before, event, now), event);
  const ranges = reachableRanges(step.state, wantedRanges(step.state));
  const routed = { ...step.state, ranges };
  const actions = deeds(before, routed, step.reason).map(
    (deed, i) =>
      ({ ...deed, id: `${before.attempt}/${before.nextAction + i}`, fence: before.fence }) as RolloutAction,
  );
  return { ...step, state: { ...routed, nextAction: before.nextAction + actions.length }, actions };
}

const VERDICT_AFTER = { promoted: 'advance', 'rolled-back': 'abort', aborted: 'abort' } as const;

function stepFrom(state: ExperimentState, event: MachineEvent): Step {
  const { phase } = state;
  if (phase.kind === 'promoted' || phase.kind === 'rolled-back' || phase.kind === 'aborted')
    return { state, verdict: VERDICT_AFTER[phase.kind], reason: `The experiment is over: ${phase.kind}` };
  const ordered = event.kind === 'command' ? obey(state, event.command) : null;
  if (ordered !== null) return ordered;
  return phase.kind === 'running' ? follow(state, assessArms(state)) : onHold(state, phase);
}

const enter = (
  state: ExperimentState,
  phase: ExperimentPhase,
  verdict: VerdictKind,
  reason: string,
): Step => ({
  state: { ...state, phase },
  verdict,
  reason,
});

const HELD: Readonly<Record<ExperimentHoldCause, string>> = {
  paused: 'it is paused',
  timeout: 'the deadline has passed without a winner',
  split: 'units are not split as they should be: the router or the recording is at fault',
  segments: 'segments keep the winner from being shipped',
  inconclusive: 'no arm is found different at the end of the horizon',
  'rolled-back-before': 'this candidate was rolled back before',
};

const hold = (state: ExperimentState, cause: ExperimentHoldCause, reason: string): Step =>
  enter(
    state,
    { kind: 'holding', cause, since: state.clock.elapsed, reminders: 0 },
    'inconclusive',
    `Holding for a person: ${reason}`,
  );

/** A person's word; null where it changes nothing by itself and the state is judged as ever. */
function obey(state: ExperimentState, { kind, by }: OperatorCommand): Step | null {
  const { phase } = state;
  switch (kind) {
    case 'abort':
      return enter(state, { kind: 'aborted', by }, 'abort', `Aborted by ${by}`);
    case 'promote': {
      const arm = leader(state);
      // Evidence of harm is acted on first.
      if (arm === null || harmedArm(state) !== null || !isArmReady(state, arm)) return null;
      return promote(state, arm, `Promoted by ${by}`);
    }
    case 'pause':
      return phase.kind === 'running' && harmedArm(state) === null
        ? hold(state, 'paused', `paused by ${by}`)
        : null;
    case 'resume':
      return phase.kind === 'holding' && harmedArm(state) === null ? resume(state, phase.cause, by) : null;
    case 'approve':
      return null;
    default:
      return assertNever(kind);
  }
}

/** The arm that stands best in the metric that decides; null where none is left. */
const leader = (state: ExperimentState): number | null =>
  activeArms(state).reduce<number | null>(
    (best, arm) =>
      best === null || benefitOf(state, arm).estimate > benefitOf(state, best).estimate ? arm : best,
    null,
  );

/** After a deadline another span of `maxTime` is granted; a second look at a fixed horizon is none. */
function resume(state: ExperimentState, cause: ExperimentHoldCause, by: string): Step | null {
  if (cause === 'inconclusive') return null;
  const elapsed = cause === 'timeout' ? 0 : state.clock.elapsed;
  const clock = { ...state.clock, elapsed };
  const srm = cause === 'split' ? { ...state.srm, log: 0, maxLog: 0 } : state.srm;
  const learntAt = Math.min(state.learntAt, elapsed);
  return enter({ ...state, clock, srm, learntAt }, { kind: 'running' }, 'hold', `Resumed by ${by}`);
}

function follow(state: ExperimentState, judgement: ArmAssessment): Step {
  switch (judgement.kind) {
    case 'lost':
      return drop(state, judgement);
    case 'won':
      return promote(
        state,
        judgement.arm,
        [
          `${nameOf(state, judgement.arm)} wins in ${state.policy.primary.metric}`,
          ...toldOf(state, judgement.arm),
        ].join('; '),
      );
    case 'split':
      return hold(state, 'split', HELD.split);
    case 'segments':
      return hold(state, 'segments', judgement.why);
    case 'freeze':
      return { state, verdict: 'hold', reason: `Nothing is decided: ${judgement.why}` };
    case 'undecided':
      return hold(state, 'inconclusive', HELD.inconclusive);
    case 'deadline':
      return state.policy.onTimeout === 'rollback'
        ? enter(state, { kind: 'rolled-back', cause: 'timeout' }, 'abort', 'Rolled back at the deadline')
        : hold(state, 'timeout', HELD.timeout);
    case 'wait':
      return { state, verdict: 'hold', reason: `Collecting: waiting for ${judgement.why}` };
    default:
      return assertNever(judgement);
  }
}

/** That it does more in one segment than in another, in the metric that decides. */
const toldOf = (state: ExperimentState, arm: number): readonly string[] =>
  segmentDifferences(state, 0, arm)
    .slice(0, 1)
    .map(({ message }) => message);

const nameOf = ({ arms }: ExperimentState, arm: number): string => elementAt(arms, arm).name;

const promote = (state: ExperimentState, arm: number, reason: string): Step =>
  enter(state, { kind: 'promoted', arm }, 'advance', reason);

/** The arm's units go back to stable and are not measured any more; with the last arm the experiment ends. */
function drop(state: ExperimentState, { arm, cause }: Extract<ArmAssessment, { kind: 'lost' }>): Step {
  const arms = state.arms.map((one, i) => (i === arm ? { ...one, lost: cause } : one));
  const left = { ...state, arms, runs: withdrawArm(state.runs, arm) };
  const how = whyLost(state, cause);
  const reason = `${nameOf(state, arm)} ${how}`;
  return activeArms(left).length === 0
    ? enter(left, { kind: 'rolled-back', cause }, 'abort', `Rolled back: ${reason}`)
    : { state: left, verdict: 'hold', reason: `Without ${nameOf(state, arm)} from now on: it ${how}` };
}

function whyLost({ policy }: ExperimentState, cause: LossCause): string {
  if (cause === 'primary') return `is worse in ${policy.primary.metric}`;
  const [, guardrail] = cause.split('guardrail ');
  return guardrail === undefined
    ? `does harm in ${cause}`
    : `is worse in ${guardrail} than its guardrail allows`;
}

/** Guards keep watching; a person who does not come is reminded once every `maxTime`. */
function onHold(state: ExperimentState, phase: Extract<ExperimentPhase, { kind: 'holding' }>): Step {
  const harmed = harmedArm(state);
  if (harmed !== null && state.ready.stable > 0) return drop(state, harmed);
  const reminders = Math.floor((state.clock.elapsed - phase.since) / state.policy.maxTime);
  return enter(
    state,
    reminders > phase.reminders ? { ...phase, reminders } : phase,
    'inconclusive',
    `Holding for a person: ${heldBecause(state, phase.cause)}`,
  );
}

/** Of segments as they are now: what keeps the leader may have changed. */
function heldBecause(state: ExperimentState, cause: ExperimentHoldCause): string {
  const arm = cause === 'segments' ? leader(state) : null;
  return (arm === null ? null : segmentObjection(state, arm)) ?? HELD[cause];
}

type Deed = RolloutAction extends infer A
  ? A extends RolloutAction
    ? Omit<A, 'id' | 'fence'>
    : never
  : never;

function deeds(before: ExperimentState, after: ExperimentState, reason: string): Deed[] {
  const { phase, arms } = after;
  const isNew = phase.kind !== before.phase.kind && phase.kind !== 'running';
  const isReminder =
    phase.kind === 'holding' && before.phase.kind === 'holding' && phase.reminders > before.phase.reminders;
  const hasLost = arms.some(({ lost }, i) => lost !== elementAt(before.arms, i).lost);
  const found: Deed[] = [];
  if (JSON.stringify(before.ranges) !== JSON.stringify(after.ranges))
    found.push({ kind: 'route', weight: bucketsAwayFromStable(after), shadow: 0 });
  if (isNew || isReminder || hasLost) found.push({ kind: 'alert', message: reason });
  return found;
}

/** Rollouts that go by stages: `decide` of one candidate against stable, as the controller runs every strategy. Pure. */

import { BUCKETS } from '../canary-split.ts';
import { toRecordedWindow } from '../collect/window-json.ts';
import { decide } from '../decide/decide.ts';
import {
  isRolloutOver,
  type RolloutDecision,
  type RolloutEvent,
  type RolloutState,
  startRollout,
} from '../decide/state.ts';
import { stagedStatus } from '../decide/status.ts';
import { canaryRanges, singleVersionRanges } from '../route.ts';
import type {
  CollectionNeeds,
  FinalRoute,
  MachineEvent,
  MachineStep,
  RoutingPlan,
  StrategyMachine,
} from '../strategy-machine.ts';
import { BLUE_GREEN, CANARY, IMMEDIATE, PLACEBO, SHADOW, type StagedStrategy } from './strategies.ts';

export interface StagedState {
  /** What `decide` folds. */
  readonly rollout: RolloutState;
  readonly candidate: number;
  readonly stable: number;
}

const ARMS = ['candidate', 'stable'];

/** The machine of one strategy. */
const staged = (strategy: StagedStrategy): StrategyMachine<StagedState> => ({
  start({ candidate, stable, policy, rolledBackBefore, ...rest }) {
    const rollout = startRollout({
      ...rest,
      policy: strategy.policy(policy),
      rolledBackBefore: rolledBackBefore && strategy.asksAgain,
    });
    return { rollout, candidate, stable };
  },
  decide: (state, event, now) => step(strategy, state, event, now),
  status: ({ rollout }) => stagedStatus(rollout),
  plan: planOf,
  needs: ({ rollout }) => needsOf(rollout),
  policy: ({ rollout }) => rollout.policy,
  owned: (state, fence) => ({ ...state, rollout: { ...state.rollout, fence } }),
});

export const canary = staged(CANARY);
export const shadow = staged(SHADOW);
export const blueGreen = staged(BLUE_GREEN);
export const immediate = staged(IMMEDIATE);
export const placebo = staged(PLACEBO);

function step(
  strategy: StagedStrategy,
  state: StagedState,
  event: MachineEvent,
  now: number,
): MachineStep<StagedState> {
  const refused =
    event.kind === 'command' && event.command.kind === 'promote' ? strategy.refusesPromotion : null;
  const decision = decide(state.rollout, refused === null ? toRolloutEvent(event) : { kind: 'tick' }, now);
  const last = strategy.endsAtDeadline ? atDeadline(decision, now) : decision;
  return { ...named(strategy, last, refused), state: { ...state, rollout: last.state } };
}

const toRolloutEvent = (event: MachineEvent): RolloutEvent =>
  event.kind === 'window' ? { kind: 'window', window: toRecordedWindow(event.window) } : event;

/** Waiting for a person does not outlast the deadline either. */
function atDeadline(decision: RolloutDecision, now: number): RolloutDecision {
  const { phase, clock, policy, fenced } = decision.state;
  if (isRolloutOver(phase) || fenced || clock.elapsed < policy.maxTime) return decision;
  const ended = decide(
    decision.state,
    { kind: 'command', command: { kind: 'abort', by: 'its deadline' } },
    now,
  );
  return { ...ended, actions: [...decision.actions, ...ended.actions] };
}

/** The decision in the words of the strategy. */
function named(
  { words }: StagedStrategy,
  decision: RolloutDecision,
  refused: string | null,
): RolloutDecision {
  const actions = decision.actions.map((action) =>
    action.kind === 'alert' ? { ...action, message: words(action.message) } : action,
  );
  return { ...decision, reason: refused ?? words(decision.reason), actions };
}

function planOf({ rollout, candidate, stable }: StagedState): RoutingPlan {
  const { weight, shadow: percent, stage, phase } = rollout;
  const settled = settledOf({ rollout, candidate, stable });
  return {
    arms: ARMS,
    ranges: settled === null ? canaryRanges(candidate, stable, weight) : singleVersionRanges(settled.version),
    shadow: percent > 0 ? { version: candidate, percent } : null,
    stage,
    records: !isRolloutOver(phase),
    settled,
  };
}

/** Not before the route is where the outcome wants it: a version that is not ready may keep units where they are. */
function settledOf({ rollout: { phase, weight }, candidate, stable }: StagedState): FinalRoute | null {
  if (phase.kind === 'promoted' && weight === BUCKETS)
    return { version: candidate, state: 'promoted', isHarmful: false };
  if ((phase.kind !== 'rolled-back' && phase.kind !== 'aborted') || weight > 0) return null;
  const isHarmful = phase.kind === 'rolled-back' && phase.cause !== 'timeout' && candidate !== stable;
  return { version: stable, state: phase.kind, isHarmful };
}

const needsOf = ({ policy: { window, watermark, guards, segments } }: RolloutState): CollectionNeeds => ({
  window,
  watermark,
  latency: guards.latency !== null,
  slack: guards.latency?.slack ?? 0,
  outputs: guards.outputs !== null,
  control: 1,
  labels: guards.labels && { maturity: guards.labels.maturity },
  metrics: [],
  segment: segments,
});

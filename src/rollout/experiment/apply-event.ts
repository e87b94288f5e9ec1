/** What an event changes before anything is judged: clock, guards, the split, what matured, learnt weights. Pure. */

import { murmur3 } from '../../bytes/murmur3.ts';
import { elementAt } from '../../core/element-at.ts';
import { seededRandom } from '../../core/random.ts';
import { advanceClock } from '../decide/apply-event.ts';
import { addSettledWindow, classifyArrival } from '../decide/settled-windows.ts';
import { addEvidence } from '../evidence/evidence.ts';
import { addAssignments } from '../evidence/srm.ts';
import { type ArmPosterior, topTwoWeights } from '../metric/bandit.ts';
import { NO_ARM_COUNTS, type RecordedWindow } from '../recorded-window.ts';
import type { ClosedWindow, MachineEvent } from '../strategy-machine.ts';
import { addToSeries } from '../thinned-series.ts';
import { armBuckets, reallocateBuckets } from './allocation.ts';
import { addCohort, intervalAtEveryLook, liftOf } from './metric.ts';
import { type CohortOutcomes, parseMatured } from './outcomes.ts';
import { metricsOf } from './policy.ts';
import { addSegments } from './segments.ts';
import {
  type AssignmentPropensity,
  activeArms,
  comparisonOf,
  type ExperimentState,
  guardPolicy,
  type InterimLook,
  isExperimentOver,
} from './state.ts';

export function applyExperimentEvent(
  before: ExperimentState,
  event: MachineEvent,
  now: number,
): ExperimentState {
  const state = { ...before, clock: advanceClock(before.clock, now) };
  if (event.kind === 'ready') return { ...state, ready: event.ready };
  return event.kind === 'window' && !isExperimentOver(state.phase) ? takeWindow(state, event.window) : state;
}

function takeWindow(state: ExperimentState, window: ClosedWindow): ExperimentState {
  const { policy, counters } = state;
  const arrival = classifyArrival(state.settled, window.window, Math.ceil(policy.watermark / policy.window));
  if (arrival === 'duplicate') return state;
  const settled = addSettledWindow(state.settled, window.window);
  if (arrival === 'late') return { ...state, settled, counters: { ...counters, late: counters.late + 1 } };
  const taken = { ...state, settled, counters: { ...counters, taken: counters.taken + 1 } };
  return learn(addOutcomes(addPropensity(addCounts(taken, window), window), window), window);
}

/** Guards of every arm against control, and the split of units seen for the first time. */
function addCounts(state: ExperimentState, window: ClosedWindow): ExperimentState {
  const judged = guardPolicy(state.policy);
  const control = window.arms[state.control] ?? NO_ARM_COUNTS;
  const arms = state.arms.map((arm, i) => {
    const counts = window.arms[i] ?? NO_ARM_COUNTS;
    const units = arm.units + (counts.assigned ?? 0);
    if (i === state.control || arm.lost !== null) return { ...arm, units };
    const pair: RecordedWindow = {
      ...{ rollout: window.rollout, window: window.window, start: window.start },
      ...{
        weight: null,
        stage: null,
        candidate: counts,
        stable: control,
        pairs: 0,
        paired: new Map(),
        copies: null,
      },
    };
    return { ...arm, units, evidence: addEvidence(arm.evidence, pair, judged) };
  });
  return {
    ...state,
    arms,
    srm: addAssigned(state, window),
  };
}

function addAssigned(
  { policy, srm }: ExperimentState,
  { arms, shares }: ClosedWindow,
): ExperimentState['srm'] {
  const meant = arms.map((_, arm) => arm).filter((arm) => (shares[arm] ?? 0) > 0);
  const units = meant.map((arm) => elementAt(arms, arm).assigned ?? 0);
  if (policy.srm === null || meant.length < 2 || units.every((count) => count === 0)) return srm;
  const total = meant.reduce((sum, arm) => sum + elementAt(shares, arm), 0);
  return addAssignments(
    srm,
    units,
    meant.map((arm) => elementAt(shares, arm) / total),
    policy.srm.concentration,
  );
}

/** Kept until every cohort that was assigned under them has matured. */
function addPropensity(state: ExperimentState, { window, shares }: ClosedWindow): ExperimentState {
  const { propensities, next } = state;
  const last = propensities.at(-1);
  const isSame =
    last?.shares.length === shares.length && shares.every((share, i) => share === last.shares[i]);
  if (isSame) return state;
  const wanted = Math.min(...next);
  const kept = propensities.filter((_, i) => (propensities[i + 1]?.from ?? Infinity) > wanted);
  return { ...state, propensities: [...kept, { from: window, shares }] };
}

const sharesAt = (propensities: readonly AssignmentPropensity[], window: number): readonly number[] =>
  propensities.findLast(({ from }) => from <= window)?.shares ?? [];

/** Cohorts in order, each once; those that begin after a fixed horizon only tell that it is complete. */
function addOutcomes(state: ExperimentState, window: ClosedWindow): ExperimentState {
  const cohorts = [...parseMatured(window.outcomes).cohorts].sort((a, b) => a.window - b.window);
  return cohorts.reduce((grown, cohort) => addOne(grown, cohort, window.start), state);
}

function addOne(state: ExperimentState, cohort: CohortOutcomes, at: number): ExperimentState {
  const { policy, startedAt, propensities } = state;
  const index = metricsOf(policy).findIndex(({ metric }) => metric === cohort.metric);
  if (index < 0 || cohort.window < elementAt(state.next, index)) return state;
  const next = state.next.with(index, cohort.window + 1);
  if (policy.horizon !== 'open' && cohort.start >= startedAt + policy.horizon)
    return { ...state, next, isComplete: state.isComplete || index === 0 };
  const comparison = comparisonOf(policy, index);
  const shares = sharesAt(propensities, cohort.window);
  const grown = addCohort(elementAt(state.metrics, index), cohort, shares, comparison);
  const segments = addSegments(elementAt(state.segments, index), cohort, shares, comparison);
  const taken = {
    ...state,
    next,
    metrics: state.metrics.with(index, grown),
    segments: state.segments.with(index, segments),
  };
  return index === 0 ? addLooks(taken, cohort.window, at) : taken;
}

/** Most looks that are kept to be drawn, of all arms together, and of each. */
const LOOKS_MAX = 512;
const LOOKS_OF_ARM_MAX = 300;

function addLooks(state: ExperimentState, window: number, at: number): ExperimentState {
  const look = activeArms(state).map((arm) => ({ ...lookAt(state, arm, window), at }));
  const most = Math.min(LOOKS_OF_ARM_MAX, Math.floor(LOOKS_MAX / (state.arms.length - 1)));
  return { ...state, looks: addToSeries(state.looks, look, most, (_, later) => later) };
}

function lookAt(
  { policy, metrics, control }: ExperimentState,
  arm: number,
  window: number,
): Omit<InterimLook, 'at'> {
  const metric = elementAt(metrics, 0);
  const interval = intervalAtEveryLook(metric, arm, comparisonOf(policy, 0));
  const units = elementAt(metric.arms, arm).n + elementAt(metric.arms, control).n;
  return { window, arm, units, ...interval };
}

/** Units of an arm before a bandit believes anything of it. */
const LEARNT_FROM = 100;

/** New weights from matured cohorts alone; the draws are seeded, so that a replay learns the same. */
function learn(state: ExperimentState, { window }: ClosedWindow): ExperimentState {
  const { policy, clock, metrics, control, attempt } = state;
  const { bandit, primary } = policy;
  const rivals = [control, ...activeArms(state)];
  const { arms } = elementAt(metrics, 0);
  const isDue =
    bandit !== null && state.phase.kind === 'running' && clock.elapsed - state.learntAt >= bandit.every;
  if (!isDue || rivals.length < 2 || rivals.some((arm) => elementAt(arms, arm).n < LEARNT_FROM)) return state;
  const sign = primary.direction === 'up' ? 1 : -1;
  const beliefs = rivals.map((arm) => beliefOf(state, arm, sign));
  const options = { floor: bandit.floor / 100, draws: 10_000 };
  const weights = topTwoWeights(beliefs, seededRandom(murmur3(`${attempt}/${window}`, 0)), options);
  const total = rivals.reduce((sum, arm) => sum + armBuckets(state.runs, arm), 0);
  const wanted = state.arms.map((_, arm) => {
    const place = rivals.indexOf(arm);
    return place < 0 ? 0 : Math.floor(elementAt(weights, place) * total);
  });
  return { ...state, runs: reallocateBuckets(state.runs, wanted), learntAt: clock.elapsed };
}

/** What is believed of an arm's lead over control. */
function beliefOf({ policy, metrics, control }: ExperimentState, arm: number, sign: number): ArmPosterior {
  const lift = arm === control ? null : liftOf(elementAt(metrics, 0), arm, comparisonOf(policy, 0));
  return lift === null
    ? { mean: 0, deviation: 0 }
    : { mean: sign * lift.estimate, deviation: Math.sqrt(Math.max(0, lift.variance)) };
}

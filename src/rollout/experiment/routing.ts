/** Where units go in a state of an experiment. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { assertNever } from '../../core/errors.ts';
import { type RouteRange, singleVersionRanges } from '../route.ts';
import type { FinalRoute, RoutingPlan } from '../strategy-machine.ts';
import { type ExperimentState, isExperimentOver } from './state.ts';

/** Where units go in this phase, were every version ready. */
export function wantedRanges(state: ExperimentState): readonly RouteRange[] {
  const { phase, stable, arms } = state;
  switch (phase.kind) {
    case 'promoted':
      return singleVersionRanges(elementAt(arms, phase.arm).version);
    case 'rolled-back':
    case 'aborted':
      return singleVersionRanges(stable);
    case 'holding':
      return phase.cause === 'rolled-back-before' ? singleVersionRanges(stable) : splitRanges(state);
    case 'running':
      return splitRanges(state);
    default:
      return assertNever(phase);
  }
}

const splitRanges = ({ runs, arms, control, stable }: ExperimentState): readonly RouteRange[] =>
  runs.map(({ from, to, arm }) =>
    arm === null
      ? { from, to, version: stable, role: 'stable', arm }
      : { from, to, version: elementAt(arms, arm).version, role: arm === control ? 'control' : 'arm', arm },
  );

/** Whether the version of an arm can answer; of versions that the rollout does not name nothing is heard. */
export const isArmReady = ({ arms, ready, candidate, stable }: ExperimentState, arm: number): boolean => {
  const { version } = elementAt(arms, arm);
  return version === candidate ? ready.candidate > 0 : version !== stable || ready.stable > 0;
};

/**
 * Nothing is routed to a version without a ready replica. While one is missing nobody is measured, since arms that are
 * not there at the same time do not compare; where neither can answer, the route stays as it is.
 */
export function reachableRanges(
  { ready, ranges, stable, candidate }: ExperimentState,
  wanted: readonly RouteRange[],
): readonly RouteRange[] {
  if (ready.stable > 0 && ready.candidate > 0) return wanted;
  if (ready.stable < 1 && ready.candidate < 1) return ranges;
  const [gone, left] = ready.stable < 1 ? [stable, candidate] : [candidate, stable];
  if (!wanted.some(({ version }) => version === gone)) return wanted;
  return wanted.map((range) => ({
    ...range,
    version: range.version === gone ? left : range.version,
    role: 'stable',
    arm: null,
  }));
}

/** Buckets that are answered by another version than stable. */
export const bucketsAwayFromStable = ({ ranges, stable }: ExperimentState): number =>
  ranges.reduce((sum, { from, to, version }) => sum + (version === stable ? 0 : to - from), 0);

export function experimentPlan(state: ExperimentState): RoutingPlan {
  return {
    arms: state.arms.map(({ name }) => name),
    ranges: state.ranges,
    shadow: null,
    stage: 0,
    records: !isExperimentOver(state.phase),
    settled: settledOf(state),
  };
}

/** Not before the route is where the outcome wants it. */
function settledOf({ phase, arms, stable, candidate, ranges }: ExperimentState): FinalRoute | null {
  if (phase.kind === 'running' || phase.kind === 'holding') return null;
  const version = phase.kind === 'promoted' ? elementAt(arms, phase.arm).version : stable;
  if (ranges.some((range) => range.version !== version)) return null;
  const isHarmful = arms.some(
    (arm) => arm.version === candidate && candidate !== stable && arm.lost !== null,
  );
  return { version, state: phase.kind, isHarmful };
}

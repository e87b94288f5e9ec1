/** From the plan of a rollout to the route of its endpoint: what an action wants, and whether it is there already. Pure. */

import { BUCKETS } from '../../rollout/canary-split.ts';
import type { FrozenMarks } from '../../rollout/collect/frozen-marks.ts';
import { type RecordingSpec, type Route, singleVersionRanges } from '../../rollout/route.ts';
import type { CollectionNeeds, RoutingPlan } from '../../rollout/strategy-machine.ts';
import type { EndpointRow, RolloutRow } from '../../store/store.ts';

/** The part of a route that a rollout decides; rules and unit source are the endpoint's own. */
export interface RouteTarget extends Pick<Route, 'ranges' | 'seed' | 'shadow' | 'recording'> {
  /** Version that the endpoint rests on from then on, its rollout over; null while it is not. */
  readonly settle: number | null;
}

/** The body of an action in the log. */
export type ActionBody =
  | { readonly kind: 'flip'; readonly target: RouteTarget; readonly by: string }
  | { readonly kind: 'alert'; readonly message: string };

export interface TargetInputs {
  readonly row: Pick<RolloutRow, 'id' | 'seed'>;
  readonly plan: RoutingPlan;
  readonly needs: CollectionNeeds;
  readonly marks: FrozenMarks | null;
}

/** Where a route begins in time, and with which window. */
export type WindowOrigin = Pick<RecordingSpec, 'origin' | 'first'>;

export const routeTarget = (inputs: TargetInputs, beginning: WindowOrigin): RouteTarget => ({
  ranges: inputs.plan.ranges,
  seed: inputs.row.seed,
  shadow: inputs.plan.shadow,
  recording: inputs.plan.records ? recordingOf(inputs, beginning) : null,
  settle: inputs.plan.settled?.version ?? null,
});

const recordingOf = ({ row, plan, needs, marks }: TargetInputs, beginning: WindowOrigin): RecordingSpec => ({
  rollout: row.id,
  arms: plan.arms,
  stage: plan.stage,
  window: needs.window,
  ...beginning,
  wantsSamples: marks === null && (needs.latency || needs.outputs),
  slow: marks?.slow ?? [],
  shifted: marks?.shifted ?? [],
  segment: needs.segment,
  wantsAnswers: needs.labels !== null || needs.metrics.length > 0,
});

/** One version for everybody, at once and for good. */
export const singleVersionTarget = (version: number, seed: number): RouteTarget => ({
  ranges: singleVersionRanges(version),
  seed,
  shadow: null,
  recording: null,
  settle: version,
});

const NO_BEGINNING: WindowOrigin = { origin: 0, first: 0 };

/** Whether the inputs give another target, whenever its windows began. */
export function isNewTarget(inputs: TargetInputs, target: RouteTarget | null): boolean {
  if (target === null) return true;
  const recording = target.recording && { ...target.recording, ...NO_BEGINNING };
  return !isSame(routeTarget(inputs, NO_BEGINNING), { ...target, recording });
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether the endpoint's route is what the target wants. */
export const isReached = ({ route }: Pick<EndpointRow, 'route'>, target: RouteTarget): boolean =>
  isSame(decided(route), decided(target));

const decided = ({ ranges, seed, shadow, recording }: Omit<RouteTarget, 'settle'>) => [
  ranges.map(({ from, to, version, role, arm }) => [from, to, version, role, arm]),
  seed,
  shadow && [shadow.version, shadow.percent],
  recording,
];

/**
 * Whether the target takes nobody from stable who was there before: what may be decided while it cannot be written. It
 * rests on stable, or gives no other version more than before.
 */
export function isTowardsStable(target: RouteTarget, before: RouteTarget | null, stable: number): boolean {
  if (target.settle !== null) return target.settle === stable;
  const versions = new Set(
    target.ranges.map(({ version }) => version).filter((version) => version !== stable),
  );
  return [...versions].every((version) => bucketsOf(target, version) <= bucketsOf(before, version));
}

const bucketsOf = (target: RouteTarget | null, version: number): number =>
  (target?.ranges ?? [])
    .filter((range) => range.version === version)
    .reduce((sum, { from, to }) => sum + to - from, 0);

/** What of the endpoint changes, with its next generation. */
export function routeChange(
  endpoint: EndpointRow,
  { settle, ...target }: RouteTarget,
): Pick<EndpointRow, 'route'> & Partial<Pick<EndpointRow, 'stable' | 'previous' | 'rollout'>> {
  const route: Route = { ...endpoint.route, ...target, generation: endpoint.generation + 1 };
  if (settle === null) return { route };
  if (settle === endpoint.stable) return { route, rollout: null };
  return { route, rollout: null, stable: settle, previous: endpoint.stable };
}

/** Share of units that each arm is to get, by index. */
export function rangeShares({ ranges, recording }: Pick<Route, 'ranges' | 'recording'>): readonly number[] {
  return (recording?.arms ?? []).map(
    (_, arm) =>
      ranges.filter((range) => range.arm === arm).reduce((sum, { from, to }) => sum + to - from, 0) / BUCKETS,
  );
}

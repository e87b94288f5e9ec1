/**
 * A flip of an endpoint towards stable that was done in memory because the store was away. It is laid over the route that
 * the store has, until the store has written it down. Pure.
 */
import { singleVersionRanges } from '../../rollout/route.ts';
import type { EndpointRow } from '../../store/store.ts';

export interface RouteOverride {
  readonly id: string;
  readonly endpoint: string;
  /** Rollout that it ends; null where none ran. */
  readonly rollout: string | null;
  /** Version that everybody gets. */
  readonly version: number;
  /** Versions that it takes everybody from. */
  readonly from: readonly number[];
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** It was decided on evidence of harm: nobody tries the candidate again without a person's word. */
  readonly isHarmful: boolean;
}

/** One that is to be made now. */
export type NewOverride = Omit<RouteOverride, 'id' | 'at'>;

/** Whether the endpoint still is what the override was made against; what another server did since is respected. */
export const overrideApplies = (
  { endpoint, rollout, from }: RouteOverride,
  row: Pick<EndpointRow, 'name' | 'rollout' | 'stable'>,
): boolean =>
  row.name === endpoint && (row.rollout === null ? from.includes(row.stable) : row.rollout === rollout);

/** The endpoint with everybody on the version of the override, nobody measured and no copy sent. */
export const withOverride = (row: EndpointRow, { version }: RouteOverride): EndpointRow => ({
  ...row,
  route: { ...row.route, ranges: singleVersionRanges(version), shadow: null, recording: null },
});

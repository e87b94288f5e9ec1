import { BUCKETS } from '../../rollout/canary-split.ts';
import type { Route } from '../../rollout/route.ts';
import type { VersionWeights } from './port.ts';

/** Percent of the units that each version of a route gets, in the order of its ranges; rules by header are not counted. Pure. */
export function weightsOf({ ranges }: Pick<Route, 'ranges'>): VersionWeights {
  const buckets = new Map<number, number>();
  for (const { from, to, version } of ranges) buckets.set(version, (buckets.get(version) ?? 0) + to - from);
  return new Map([...buckets].map(([version, count]) => [version, (100 * count) / BUCKETS]));
}

/** Whether two give every version the same share, to a hundredth of a percent. Pure. */
export const areSame = (a: VersionWeights, b: VersionWeights): boolean =>
  [...new Set([...a.keys(), ...b.keys()])].every(
    (version) => Math.abs((a.get(version) ?? 0) - (b.get(version) ?? 0)) < 100 / BUCKETS / 2,
  );

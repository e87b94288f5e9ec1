/** When other versions began to answer, to be marked on what is drawn over time. Pure. */
import type { ControlOperations } from '../../api/generated/control-api.ts';

type RouteRow = ControlOperations['GET /api/v1/endpoints/{endpoint}/routes']['answer']['items'][number];

export interface RouteMark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The version that is told of, for where there is little room. */
  readonly short: string;
  readonly text: string;
}

/** Routes newest first, as they are listed; those that only move shares are no marks. */
export function routeMarks(routes: readonly RouteRow[], from: number, to: number): readonly RouteMark[] {
  const oldest = routes.toReversed();
  return oldest.flatMap((row, k) => {
    const [before, now] = [versionsOf(oldest[k - 1]), versionsOf(row)];
    if (row.at < from || row.at > to || before === null || now === null) return [];
    return markOf(row, before, now);
  });
}

const versionsOf = (row: RouteRow | undefined): readonly number[] | null =>
  row === undefined ? null : [...new Set(row.route.ranges.map(({ version }) => version))];

function markOf(
  { at, by }: RouteRow,
  before: readonly number[],
  now: readonly number[],
): readonly RouteMark[] {
  const [only] = now;
  const added = now.filter((version) => !before.includes(version));
  const mark = (version: number, text: string): RouteMark => ({ at, short: `v${version}`, text });
  if (now.length === 1 && only !== undefined && (before.length > 1 || added.length > 0))
    return [mark(only, `version ${only} serves everybody (${by})`)];
  return added.map((version) => mark(version, `version ${version} begins to answer (${by})`));
}

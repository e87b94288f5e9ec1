/** What Home shows of each endpoint: put together, searched and sorted. Pure. */
import type { AlertView, EndpointView, MonitorView } from '../../api/generated/control-api.ts';
import type { LiveTraffic } from '../../api/traffic.ts';
import { errorShare, type ModelTraffic, modelTraffic } from '../../facts/model-traffic.ts';
import { LEVELS, type Standing, standingOf } from '../../facts/standing.ts';

export interface EndpointRow {
  readonly endpoint: EndpointView;
  readonly standing: Standing;
  readonly traffic: ModelTraffic | null;
  /** Requests a second since the page was opened, oldest first. */
  readonly rates: readonly number[];
  readonly drift: DriftWord;
  readonly firing: readonly AlertView[];
  readonly isWatched: boolean;
}

/** `unwatched`: no reference to compare with; `quiet` is said only where somebody looked. */
export type DriftWord = 'unwatched' | 'waiting' | 'quiet' | 'drifting';

export const SORTS = ['urgency', 'name', 'traffic', 'errors', 'p99'] as const;
export type Sort = (typeof SORTS)[number];
export const FILTERS = ['all', 'act', 'moving'] as const;
export type Filter = (typeof FILTERS)[number];

const DRIFT_RULES = new Set(['FeatureDrift', 'MultivariateDrift', 'PredictionDrift']);
const POINTS = 48;

interface Known {
  readonly endpoints: readonly EndpointView[];
  readonly monitors: readonly MonitorView[];
  readonly alerts: readonly AlertView[];
  readonly live: LiveTraffic;
}

export function rowsOf({ endpoints, monitors, alerts, live }: Known): readonly EndpointRow[] {
  const monitorOf = new Map(monitors.map((one) => [one.endpoint, one]));
  const alertsOf = Map.groupBy(alerts, ({ labels }) => labels['endpoint'] ?? '');
  const versionsOf = Map.groupBy(live.latest?.versions ?? [], ({ model }) => model);
  const ratesOf = ratesByModel(live);
  return endpoints.map((endpoint) => {
    const own = alertsOf.get(endpoint.name) ?? [];
    const traffic = modelTraffic(versionsOf.get(endpoint.model) ?? []);
    const firing = own.filter(({ state }) => state === 'firing');
    const monitor = monitorOf.get(endpoint.name) ?? null;
    return {
      ...{ endpoint, traffic, firing, isWatched: monitor !== null },
      standing: standingOf(endpoint, own, traffic),
      rates: ratesOf.get(endpoint.model) ?? [],
      drift: driftOf(monitor, firing),
    };
  });
}

function ratesByModel({ history }: LiveTraffic): ReadonlyMap<string, readonly number[]> {
  const rates = new Map<string, number[]>();
  for (const [k, { versions }] of history.slice(-POINTS).entries())
    for (const { model, rate } of versions) {
      const own = rates.get(model) ?? [];
      // One that was asked later than others had nothing before.
      while (own.length < k) own.push(0);
      own[k] = (own[k] ?? 0) + (rate ?? 0);
      rates.set(model, own);
    }
  return rates;
}

function driftOf(monitor: MonitorView | null, firing: readonly AlertView[]): DriftWord {
  if (firing.some(({ labels }) => DRIFT_RULES.has(labels['alertname'] ?? ''))) return 'drifting';
  if (monitor === null || monitor.reference === null) return 'unwatched';
  return monitor.evaluatedAt === null || monitor.traffic.day === 0 ? 'waiting' : 'quiet';
}

const urgency = ({ standing }: EndpointRow): number => LEVELS.indexOf(standing.level);
const KEYS: Readonly<Record<Exclude<Sort, 'name'>, (row: EndpointRow) => number>> = {
  urgency,
  traffic: ({ traffic }) => -(traffic?.rate ?? -1),
  errors: ({ traffic }) => -(errorShare(traffic) ?? -1),
  p99: ({ traffic }) => -(traffic?.p99 ?? -1),
};

export interface Shown {
  readonly search: string;
  readonly filter: Filter;
  readonly sort: Sort;
}

/** Those that are looked for, in order; among equals by name, so that no row jumps. */
export function shownRows(
  rows: readonly EndpointRow[],
  { search, filter, sort }: Shown,
): readonly EndpointRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ endpoint, standing }: EndpointRow): boolean =>
    (filter === 'all' || standing.level === filter) &&
    words.every((word) =>
      `${endpoint.name} ${endpoint.model} ${standing.sentence}`.toLowerCase().includes(word),
    );
  const byName = (a: EndpointRow, b: EndpointRow): number =>
    a.endpoint.name.localeCompare(b.endpoint.name, 'en', { numeric: true });
  const key = sort === 'name' ? () => 0 : KEYS[sort];
  return rows.filter(fits).toSorted((a, b) => key(a) - key(b) || byName(a, b));
}

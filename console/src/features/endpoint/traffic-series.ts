/** Traffic as it goes on, and as it was kept, in one form: what each version did at each moment. Pure. */
import type { ControlOperations } from '../../api/generated/control-api.ts';
import type { LiveTraffic } from '../../api/traffic.ts';

type TrafficHistory = ControlOperations['GET /api/v1/endpoints/{endpoint}/traffic']['answer'];

export interface SeriesPoint {
  /** Requests a second. */
  readonly rate: number;
  /** Share of them that failed on our account, or null without any. */
  readonly errors: number | null;
  /** Milliseconds, or null without an answer. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly durations: readonly (readonly number[])[];
}

export interface TrafficSeries {
  /** Milliseconds since the epoch. */
  readonly times: readonly number[];
  /** Points of each version, one for each time; null where nobody asked it. */
  readonly versions: readonly {
    readonly version: number;
    readonly points: readonly (SeriesPoint | null)[];
  }[];
}

interface Counted {
  readonly requests: number;
  readonly failed: number;
  readonly overloaded: number;
  readonly latency: { readonly p50: number; readonly p99: number } | null;
  readonly durations: readonly (readonly number[])[];
}

const pointOf = ({ requests, failed, overloaded, latency, durations }: Counted, rate: number) => ({
  rate,
  errors: requests === 0 ? null : (failed + overloaded) / requests,
  p50: latency?.p50 ?? null,
  p99: latency?.p99 ?? null,
  durations,
});

/** Since the page was opened. */
export function liveSeries({ history }: LiveTraffic, model: string): TrafficSeries {
  const own = history.map(({ versions }) => versions.filter((one) => one.model === model));
  const numbers = [...new Set(own.flatMap((versions) => versions.map(({ version }) => version)))];
  return {
    times: history.map(({ at }) => at),
    versions: numbers
      .sort((a, b) => a - b)
      .map((version) => ({
        version,
        points: own.map((versions) => {
          const found = versions.find((one) => one.version === version);
          return found === undefined ? null : pointOf(found, found.rate ?? 0);
        }),
      })),
  };
}

/** A point that has only just begun says nothing yet: what is counted comes a minute late. */
const YOUNG_MILLIS = 120_000;

/** Over a range of time. The last point is not over: its requests came in the time that it has had. */
export function keptSeries({ from, to, step, versions }: TrafficHistory): TrafficSeries {
  const first = Math.floor(from / step) * step;
  const least = step === 60_000 ? step : YOUNG_MILLIS;
  const count = Math.max(0, Math.ceil((to - least - first) / step));
  const times = Array.from({ length: count }, (_, k) => first + k * step);
  return {
    times,
    versions: versions.map(({ version, points }) => {
      const pointAt = new Map(points.map((point) => [point.at, point]));
      return {
        version,
        points: times.map((at) => {
          const point = pointAt.get(at);
          if (point === undefined) return null;
          return pointOf(point, point.requests / (Math.min(step, to - at) / 1000));
        }),
      };
    }),
  };
}

/** How many answers of all versions fell below each bound and above the one before, for each time. */
export function durationColumns({
  times,
  versions,
}: TrafficSeries): readonly (readonly [number, number])[][] {
  return times.map((_, k) => {
    const counts = new Map<number, number>();
    for (const { points } of versions)
      for (const [bound = 0, count = 0] of points[k]?.durations ?? [])
        counts.set(bound, (counts.get(bound) ?? 0) + count);
    return [...counts];
  });
}

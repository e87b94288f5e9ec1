/** What each version has answered lately, from counters that only grow. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import { DURATION_CELLS, durationBound } from '../../metrics/duration-buckets.ts';
import type { FleetLoad, VersionLoad } from '../../metrics/fleet-load.ts';

/** What was counted at one moment. */
export interface LoadSample {
  /** Milliseconds of a clock that does not jump. */
  readonly at: number;
  readonly load: FleetLoad;
}

/** Of one version, between two samples; all it ever did where there is no earlier one. */
export interface VersionTraffic {
  readonly model: string;
  readonly version: number;
  /** Requests, however they ended. */
  readonly requests: number;
  /** Requests a second; null where no time is known. */
  readonly rate: number | null;
  /** How those ended that were not answered. */
  readonly invalid: number;
  readonly failed: number;
  readonly overloaded: number;
  readonly cancelled: number;
  /** Milliseconds of the whole request; null without an answer. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  /** Answers by duration: the upper bound of a bucket in milliseconds, and how many. Buckets without any are left out. */
  readonly durations: readonly (readonly [number, number])[];
  /** Milliseconds since the epoch, or null. */
  readonly lastAnswer: number | null;
}

const OUTCOMES = ['ok', 'invalid', 'overloaded', 'error', 'cancelled'] as const;

/** What versions did from `before` to `now`. Those that were never asked are left out. */
export function trafficBetween(before: LoadSample | null, now: LoadSample): readonly VersionTraffic[] {
  const earlier = new Map(before?.load.versions.map((one) => [nameOf(one), one]));
  const millis = before === null ? null : now.at - before.at;
  return now.load.versions
    .filter(({ outcomes }) => OUTCOMES.some((outcome) => outcomes[outcome] > 0))
    .map((one) => trafficOf(earlier.get(nameOf(one)) ?? null, one, millis));
}

const nameOf = ({ model, version }: VersionLoad): string => `${version} ${model}`;

function trafficOf(before: VersionLoad | null, now: VersionLoad, millis: number | null): VersionTraffic {
  // Counters that fell belong to a process that began anew: what was counted before says nothing of them.
  const isSame =
    before !== null && OUTCOMES.every((outcome) => before.outcomes[outcome] <= now.outcomes[outcome]);
  const since = isSame ? before : null;
  const [ok, invalid, overloaded, failed, cancelled] = OUTCOMES.map(
    (outcome) => now.outcomes[outcome] - (since?.outcomes[outcome] ?? 0),
  ) as [number, number, number, number, number];
  const requests = ok + invalid + overloaded + failed + cancelled;
  const { model, version, lastAnswer } = now;
  const times = now.times.map((count, cell) => Math.max(0, count - (since?.times[cell] ?? 0)));
  return {
    ...{ model, version, requests, invalid, failed, overloaded, cancelled, lastAnswer },
    rate: millis === null || millis <= 0 ? null : requests / (millis / 1000),
    latency: quantilesOf(times),
    durations: durationsOf(times),
  };
}

/** Upper bounds of the cells that hold the quantiles: at most a twelfth too high. */
export function quantilesOf(times: Float64Array): VersionTraffic['latency'] {
  const answers = times.reduce((sum, count) => sum + count, 0);
  if (answers === 0) return null;
  const at = (share: number): number => {
    let seen = 0;
    const cell = times.findIndex((count) => {
      seen += count;
      return seen >= share * answers;
    });
    return boundMillis(cell);
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

const PER_BUCKET = 4;

/** Half an octave a bucket: as fine as a picture shows. */
export function durationsOf(times: Float64Array): VersionTraffic['durations'] {
  const buckets = new Float64Array(Math.ceil(DURATION_CELLS / PER_BUCKET) + 1);
  for (let cell = 0; cell < times.length; cell++)
    addAt(buckets, Math.ceil(cell / PER_BUCKET), elementAt(times, cell));
  return [...buckets].flatMap((count, k) =>
    count > 0 ? [[boundMillis(k * PER_BUCKET), count] as const] : [],
  );
}

/** What is above the highest bound is told by that bound: JSON knows no infinity. */
const boundMillis = (cell: number): number => durationBound(Math.min(cell, DURATION_CELLS - 2)) * 1000;

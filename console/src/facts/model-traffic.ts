/** What a model was asked and answered lately, over all its versions or some of them. Pure. */
import type { VersionTraffic } from '../api/traffic.ts';

export interface ModelTraffic {
  readonly requests: number;
  /** Failed on our account: errors of a version, and requests there was no room for. */
  readonly failed: number;
  /** Refused on account of who asked. */
  readonly invalid: number;
  /** Requests a second; null until two moments are known. */
  readonly rate: number | null;
  /** Milliseconds of the slowest hundredth, of the version that is slowest. */
  readonly p99: number | null;
}

/** Null where it was never asked. */
export function modelTraffic(versions: readonly VersionTraffic[]): ModelTraffic | null {
  if (versions.length === 0) return null;
  const sum = (of: (one: VersionTraffic) => number): number =>
    versions.reduce((all, one) => all + of(one), 0);
  const rates = versions.flatMap(({ rate }) => (rate === null ? [] : [rate]));
  const slowest = versions.flatMap(({ latency }) => (latency === null ? [] : [latency.p99]));
  return {
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed, overloaded }) => failed + overloaded),
    invalid: sum(({ invalid }) => invalid),
    rate: rates.length === 0 ? null : rates.reduce((all, rate) => all + rate, 0),
    p99: slowest.length === 0 ? null : Math.max(...slowest),
  };
}

/** Requests that failed on our account, of all of them; null without any. */
export const errorShare = (traffic: ModelTraffic | null): number | null =>
  traffic === null || traffic.requests === 0 ? null : traffic.failed / traffic.requests;

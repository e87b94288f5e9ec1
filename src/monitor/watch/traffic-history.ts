/** How much traffic an endpoint has had, by minutes of the last hour and hours of the last day. Plain data. Pure. */
import { lastOf } from '../../core/element-at.ts';

export interface TrafficCount {
  readonly requests: number;
  readonly rows: number;
  /** Rows that were to be captured and were not. */
  readonly dropped: number;
}

/** Number of a minute, or an hour, since the epoch, and what came in it; ascending. */
type Slots = readonly (readonly [slot: number, requests: number, rows: number, dropped: number])[];

export interface TrafficHistory {
  /** Milliseconds since the epoch of the first that was ever seen. */
  readonly since: number;
  readonly minutes: Slots;
  readonly hours: Slots;
}

const MINUTE_MS = 60_000;
const HOUR = 60 * MINUTE_MS;
const DAY = 24 * HOUR;

/** With what came at `at` added; what is older than a day is forgotten. */
export function addTraffic(traffic: TrafficHistory | null, at: number, count: TrafficCount): TrafficHistory {
  const { since, minutes, hours } = traffic ?? { since: at, minutes: [], hours: [] };
  return {
    since: Math.min(since, at),
    minutes: addSlot(minutes, Math.floor(at / MINUTE_MS), 60, count),
    hours: addSlot(hours, Math.floor(at / HOUR), 24, count),
  };
}

function addSlot(slots: Slots, slot: number, kept: number, { requests, rows, dropped }: TrafficCount): Slots {
  const before = slots.find(([known]) => known === slot);
  const [, r = 0, n = 0, d = 0] = before ?? [];
  const others = slots.filter((one) => one !== before);
  const all = [...others, [slot, r + requests, n + rows, d + dropped] as const].toSorted(
    (a, b) => a[0] - b[0],
  );
  const [newest] = lastOf(all);
  return all.filter(([known]) => known > newest - kept);
}

/** Of the hour, or day, before `now`; to the minute, or hour. */
export const lastHour = (traffic: TrafficHistory, now: number): TrafficCount =>
  sum(traffic.minutes, Math.floor(now / MINUTE_MS) - 60);
export const lastDay = (traffic: TrafficHistory, now: number): TrafficCount =>
  sum(traffic.hours, Math.floor(now / HOUR) - 24);

function sum(slots: Slots, after: number): TrafficCount {
  let [requests, rows, dropped] = [0, 0, 0];
  for (const [slot, r, n, d] of slots) {
    if (slot <= after) continue;
    requests += r;
    rows += n;
    dropped += d;
  }
  return { requests, rows, dropped };
}

/**
 * Rows a millisecond over the last day, or since the first one was seen. No less than an hour is taken: a burst at the
 * beginning would be taken for what is to come, and the budget of false alarms for that of a busier endpoint at most.
 */
export function rowRate(traffic: TrafficHistory, now: number): number {
  const span = Math.min(DAY, Math.max(HOUR, now - traffic.since));
  return lastDay(traffic, now).rows / span;
}

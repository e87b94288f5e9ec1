/** A request that was answered or refused lately, and where its time went. Plain data. Pure. */
import type { PredictionOutcome } from './prediction-outcome.ts';

/** Where it was scored: on the loop that read it, in a thread, or in a process of the version's own. */
export const SCORED_PLACES = ['loop', 'thread', 'process'] as const;
export type ScoredPlace = (typeof SCORED_PLACES)[number];

/** Milliseconds of one request, in the order in which they pass; together they are the whole. */
export interface RequestStages {
  /** Its body came. */
  readonly receive: number;
  /** It waited: for its turn on the loop, for a thread, or to be refused. */
  readonly queue: number;
  /** A thread loaded the version. */
  readonly load: number;
  readonly preprocess: number;
  readonly predict: number;
  /** It waited for its explanation. */
  readonly explain: number;
  readonly postprocess: number;
  /** Until it failed: it is not known at what. */
  readonly failed: number;
}

export interface RecentRequest {
  readonly requestId: string;
  /** When its headers were complete, in milliseconds since the epoch. */
  readonly at: number;
  readonly version: number;
  /** Of the route that chose the version; null where the path names it, or nothing was chosen yet. */
  readonly role: string | null;
  /** 499 where the client left before its answer. */
  readonly status: number;
  /** Of the error; null where it was answered, or the client left. */
  readonly code: string | null;
  readonly outcome: PredictionOutcome;
  /** Null where they were not read. */
  readonly rows: number | null;
  /** Of its body, without its content encoding. */
  readonly bytes: number;
  /** Requests that this process was receiving or scoring when it came. */
  readonly ahead: number;
  readonly place: ScoredPlace;
  /** Whether its rows are kept in the prediction log, where there was room for them. */
  readonly isLogged: boolean;
  /** From its headers to its answer. */
  readonly millis: number;
  readonly stages: RequestStages;
}

export const RECENT_ORDERS = ['newest', 'slowest', 'failed'] as const;
export type RecentOrder = (typeof RECENT_ORDERS)[number];

const BY: Readonly<Record<RecentOrder, (a: RecentRequest, b: RecentRequest) => number>> = {
  newest: (a, b) => b.at - a.at,
  slowest: (a, b) => b.millis - a.millis,
  failed: (a, b) => Number(b.outcome !== 'ok') - Number(a.outcome !== 'ok') || b.at - a.at,
};

/** The first so many of them in this order. One that several lists hold is there once. */
export function recentIn(
  order: RecentOrder,
  requests: readonly RecentRequest[],
  limit: number,
): readonly RecentRequest[] {
  const distinct = new Map(requests.map((one) => [`${one.at} ${one.requestId}`, one]));
  return [...distinct.values()].toSorted(BY[order]).slice(0, limit);
}

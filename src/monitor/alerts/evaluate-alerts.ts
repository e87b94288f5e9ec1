/** The engine over the store: a look is kept whole, with the notices that it makes, or not at all. */
import { randomUUID } from 'node:crypto';
import { PlimsollError } from '../../core/errors.ts';
import { retry } from '../../core/retry.ts';
import type {
  AlertChange,
  DeliveryRow,
  MemoryRow,
  MonitoringStore,
} from '../../store/monitoring/monitoring.ts';
import type { Fence } from '../../store/store.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import type { AlertCondition, AlertRow } from './alert.ts';
import type { AlertNotice } from './alert-notice.ts';
import type { AlertEvent } from './alert-transition.ts';
import { type AlertStep, stepAlerts } from './engine.ts';

export interface AlertEvaluation {
  readonly endpoint: string;
  readonly conditions: readonly AlertCondition[];
  readonly policy: Pick<MonitorPolicy, 'alerts' | 'receivers'>;
  readonly now: number;
  /** When versions or references of the endpoint were replaced. */
  readonly deploys: readonly number[];
  /** Features that are watched, or null. */
  readonly features: number | null;
  /** False of an alert whose rule is no longer in force. */
  readonly isWatched?: ((row: AlertRow) => boolean) | undefined;
  /** What else is to be kept with the look. */
  readonly memories?: readonly MemoryRow[] | undefined;
}

/** A row that only was looked at again is written once in so long. */
const REWRITE_INTERVAL_MS = 60_000;
/** Nobody changes alerts for longer than this. */
const CLAIM_MILLIS = 10_000;
/** Attempts are made for some 13 s. */
const CLAIM_RETRY = { attempts: 11, backoff: { firstMillis: 5, maxMillis: 4000, factor: 2.5 } };
const PAGE = 1000;

/** One look at all conditions of an endpoint. Throws STORE_BUSY where others keep changing its alerts. */
export async function evaluateAlerts(
  store: MonitoringStore,
  evaluation: AlertEvaluation,
): Promise<AlertStep> {
  const before = await alertsOf(store, evaluation.endpoint);
  const quiet = alertStep(before, evaluation);
  if (isNothing(changeOf(before, quiet, evaluation))) return quiet;
  return changing(store, evaluation.endpoint, evaluation.now, async () => {
    const rows = await alertsOf(store, evaluation.endpoint);
    const result = alertStep(rows, evaluation);
    return { result, change: changeOf(rows, result, evaluation) };
  });
}

/** Notes who looks after an alert that fires; null where there is none of that fingerprint. */
export async function acknowledgeAlert(
  store: MonitoringStore,
  {
    fingerprint,
    by,
    reason = null,
    now,
  }: {
    readonly fingerprint: string;
    readonly by: string;
    readonly reason?: string | null | undefined;
    readonly now: number;
  },
): Promise<AlertRow | null> {
  const known = (await store.alert(fingerprint)) as AlertRow | null;
  if (known === null) return null;
  return changing(store, known.labels.endpoint, now, async () => {
    const before = (await store.alert(fingerprint)) as AlertRow;
    if (before.state !== 'firing' && before.state !== 'pending') return { result: before, change: NOTHING };
    const row: AlertRow = { ...before, acknowledgedBy: by, generation: before.generation + 1 };
    const event: AlertEvent = { fingerprint, at: now, what: 'acknowledged', body: { by, reason } };
    return { result: row, change: { ...NOTHING, alerts: [stored(row)], events: [event] } };
  });
}

const NOTHING: AlertChange = { alerts: [], events: [], deliveries: [] };
const isNothing = ({ alerts, events, deliveries, memories }: AlertChange): boolean =>
  alerts.length + events.length + deliveries.length + (memories?.length ?? 0) === 0;

/** Reads and writes the alerts of an endpoint while nobody else does. */
async function changing<T>(
  store: MonitoringStore,
  endpoint: string,
  now: number,
  change: () => Promise<{ readonly result: T; readonly change: AlertChange }>,
): Promise<T> {
  const holder = randomUUID();
  const busy = new PlimsollError('STORE_BUSY', {
    where: 'of monitoring',
    reason: `others keep changing the alerts of "${endpoint}"`,
  });
  const attempt = async (): Promise<T> => {
    const fence = await store.claim(`alerts/${endpoint}`, holder, now, CLAIM_MILLIS);
    const done = fence === null ? null : await changeUnder(store, fence, change);
    if (done === null) throw busy;
    return done.result;
  };
  return retry(attempt, { ...CLAIM_RETRY, isRetryable: (error) => error === busy });
}

/** Null where the claim was lost meanwhile. */
async function changeUnder<T>(
  store: MonitoringStore,
  fence: Fence,
  change: () => Promise<{ readonly result: T; readonly change: AlertChange }>,
): Promise<{ readonly result: T } | null> {
  try {
    const { result, change: written } = await change();
    return isNothing(written) || (await store.alerted(written, fence)) ? { result } : null;
  } finally {
    await store.release(fence);
  }
}

/** All alerts of an endpoint, whatever their state. */
export async function alertsOf(
  store: MonitoringStore,
  endpoint: string | undefined,
  states?: readonly AlertRow['state'][],
): Promise<readonly AlertRow[]> {
  const rows: AlertRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.alerts({ endpoint, states, limit: PAGE, cursor });
    rows.push(...(page.items as AlertRow[]));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** The engine alone: nothing is kept. */
export const alertStep = (rows: readonly AlertRow[], evaluation: AlertEvaluation): AlertStep =>
  stepAlerts(rows, evaluation.conditions, evaluation.policy.alerts, {
    now: evaluation.now,
    deploys: evaluation.deploys,
    features: evaluation.features,
    isWatched: evaluation.isWatched,
    receivers: Object.fromEntries(
      Object.entries(evaluation.policy.receivers).map(([name, { kind }]) => [name, kind]),
    ),
  });

function changeOf(before: readonly AlertRow[], after: AlertStep, { memories }: AlertEvaluation): AlertChange {
  const known = new Map(before.map((row) => [row.fingerprint, row]));
  return {
    alerts: after.rows
      .filter((row) => isWorthWriting(known.get(row.fingerprint), row))
      .map((row) => stored(row)),
    events: after.events,
    deliveries: after.notices.map(deliveryOf),
    memories: memories ?? [],
  };
}

function isWorthWriting(before: AlertRow | undefined, after: AlertRow): boolean {
  if (before === undefined || after.evaluatedAt - before.evaluatedAt >= REWRITE_INTERVAL_MS) return true;
  const lasting = (row: AlertRow): string => JSON.stringify({ ...row, told: null, evaluatedAt: 0 });
  return lasting(before) !== lasting(after);
}

const stored = (row: AlertRow): AlertChange['alerts'][number] => ({
  fingerprint: row.fingerprint,
  endpoint: row.labels.endpoint,
  state: row.state,
  row,
});

const deliveryOf = (notice: AlertNotice): DeliveryRow => ({
  id: notice.id,
  receiver: notice.receiver,
  groupKey: notice.groupKey,
  body: notice,
  state: 'waiting',
  attempts: 0,
  notBefore: notice.at,
  error: null,
  createdAt: notice.at,
  receipt: null,
});

/** What Alertmanager is told: not changes, but all that fires and what was resolved a short time ago. Pure. */
import type { AlertPolicy } from '../policy/policy.ts';
import type { AlertRow } from './alert.ts';
import type { AlertNotice } from './alert-notice.ts';
import { alertGroupKey, alertGroupLabels } from './fingerprint.ts';
import { isRoutedTo } from './routing.ts';

/** All that is pushed again after so long: Prometheus's resend delay. */
export const RESEND_INTERVAL_MS = 60_000;

/**
 * The alerts of an endpoint for one Alertmanager, or null where there are none. What is silenced is left out, unless it was
 * there before what silences it: an alert that is not pushed any more would be taken for resolved.
 */
export function alertmanagerPush(
  rows: readonly AlertRow[],
  receiver: string,
  policy: AlertPolicy,
  now: number,
): AlertNotice | null {
  const byFingerprint = new Map(rows.map((row) => [row.fingerprint, row]));
  const isSilenced = ({ since, inhibitedBy }: AlertRow): boolean =>
    inhibitedBy !== null && since >= (byFingerprint.get(inhibitedBy)?.since ?? Number.POSITIVE_INFINITY);
  const pushed = rows.filter(
    (row) =>
      (row.state === 'firing' || row.state === 'resolved') &&
      isRoutedTo(row, receiver, 'alertmanager', policy) &&
      !isSilenced(row),
  );
  const [first] = pushed;
  if (first === undefined) return null;
  return {
    schema: 1,
    id: '',
    endpoint: first.labels.endpoint,
    receiver,
    groupKey: alertGroupKey(first.labels),
    groupLabels: alertGroupLabels(first.labels),
    reason: 'repeat interval elapsed',
    status: pushed.some(({ state }) => state === 'firing') ? 'firing' : 'resolved',
    at: now,
    incident: now,
    features: null,
    alerts: pushed.map((row) => ({
      fingerprint: row.fingerprint,
      labels: row.labels,
      severity: row.severity,
      status: row.state === 'firing' ? 'firing' : 'resolved',
      startsAt: row.startsAt,
      endsAt: row.state === 'firing' ? null : (row.endsAt ?? row.since),
      known: row.known,
      flaps: row.flaps,
      acknowledgedBy: row.acknowledgedBy,
      changed: false,
      told: row.told,
    })),
    truncated: 0,
  };
}

/** Tells whether something changed since the last push. */
export const pushSignature = ({ alerts }: AlertNotice): string =>
  JSON.stringify(alerts.map(({ fingerprint, status, severity }) => [fingerprint, status, severity]));

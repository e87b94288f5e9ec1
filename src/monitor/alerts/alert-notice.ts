/** What a receiver is told at one time: all alerts of a model at an endpoint that it has to know of. Plain data. Pure. */
import type { AlertDetail, AlertLabels, AlertSeverity } from './alert.ts';

/** Why a notice is sent: Alertmanager's reasons, two of our own, and that of the test button. */
export type NoticeReason =
  | 'first notification'
  | 'new alerts in group'
  | 'new resolved alerts'
  | 'all alerts resolved'
  | 'repeat interval elapsed'
  | 'severity raised'
  | 'acknowledged'
  | 'test';

export interface NoticeAlert {
  readonly fingerprint: string;
  readonly labels: AlertLabels;
  readonly severity: AlertSeverity;
  readonly status: 'firing' | 'resolved';
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** False while its rule cannot be evaluated. */
  readonly known: boolean;
  readonly flaps: number;
  readonly acknowledgedBy: string | null;
  /** What this receiver is told for the first time, or as over. */
  readonly changed: boolean;
  readonly told: AlertDetail;
}

export interface AlertNotice {
  readonly schema: 1;
  /** The same each time it is sent: the idempotency key. */
  readonly id: string;
  readonly endpoint: string;
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: { readonly endpoint: string; readonly model: string };
  readonly reason: NoticeReason;
  /** Resolved where all alerts are. */
  readonly status: 'firing' | 'resolved';
  /** When it was made, and when the incident's first one was. */
  readonly at: number;
  readonly incident: number;
  /** Features that are watched, or null where that is not known. */
  readonly features: number | null;
  /** The most important first. */
  readonly alerts: readonly NoticeAlert[];
  /** Alerts that are left out for length. */
  readonly truncated: number;
}

/** The body of a webhook, version 4, as Alertmanager sends it to every receiver that knows it. Pure. */

import { rfc3339 } from '../../../core/utc.ts';
import type { AlertNotice, NoticeAlert } from '../alert-notice.ts';
import { noticeAnnotations, noticeLabels } from './annotations.ts';

type Texts = Readonly<Record<string, string>>;

export interface WebhookAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly startsAt: string;
  /** The zero time of Go while it fires. */
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

export interface WebhookBody {
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly groupLabels: Texts;
  readonly commonLabels: Texts;
  readonly commonAnnotations: Texts;
  readonly externalURL: string;
  readonly notification_reason: string;
  readonly alerts: readonly WebhookAlert[];
}

const ZERO_TIME = '0001-01-01T00:00:00Z';

export function webhookBody(notice: AlertNotice, externalUrl: string | null): WebhookBody {
  const alerts = notice.alerts.map((alert) => webhookAlert(alert, externalUrl));
  return {
    version: '4',
    groupKey: notice.groupKey,
    truncatedAlerts: notice.truncated,
    status: notice.status,
    receiver: notice.receiver,
    groupLabels: notice.groupLabels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: externalUrl ?? '',
    notification_reason: notice.reason,
    alerts,
  };
}

const webhookAlert = (alert: NoticeAlert, externalUrl: string | null): WebhookAlert => ({
  status: alert.status,
  labels: noticeLabels(alert),
  annotations: noticeAnnotations(alert),
  startsAt: rfc3339(alert.startsAt),
  endsAt: alert.endsAt === null ? ZERO_TIME : rfc3339(alert.endsAt),
  generatorURL: alertUrl(externalUrl, alert.fingerprint) ?? '',
  fingerprint: alert.fingerprint,
});

/** Where an alert is shown; null where the address of the server is not known. */
export const alertUrl = (externalUrl: string | null, fingerprint: string): string | null =>
  externalUrl === null ? null : `${externalUrl.replace(/\/+$/, '')}/api/v1/alerts/${fingerprint}`;

/** What all have alike. */
function common(all: readonly Texts[]): Texts {
  const [first, ...others] = all;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((texts) => texts[name] === value)),
  );
}

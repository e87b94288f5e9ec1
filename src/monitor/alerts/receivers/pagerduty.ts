/** PagerDuty's Events API v2: an incident is a group of alerts, triggered, acknowledged and resolved by one key. */
import { sha256 } from '../../../bytes/sha256.ts';
import { rfc3339 } from '../../../core/utc.ts';
import type { AlertSeverity } from '../alert.ts';
import type { AlertNotice } from '../alert-notice.ts';
import { noticeAnnotations } from '../message/annotations.ts';
import { noticeHeadline } from '../message/notice-text.ts';
import { alertUrl } from '../message/webhook-body.ts';
import { deliveryOutcome, post } from './http.ts';
import { retryableFailure, type SendFunction } from './receiver.ts';
import { redactSecrets, resolveSecret, resolveText } from './secrets.ts';

const MAX_SUMMARY = 1024;
/** Alerts in the details of an event, which has 512 KB at most. */
const MAX_DETAILED = 20;
const SEVERITY: Readonly<Record<AlertSeverity, 'critical' | 'warning' | 'info'>> = {
  page: 'critical',
  ticket: 'warning',
  info: 'info',
};

export const sendToPagerDuty: SendFunction<'pagerduty'> = async (policy, { notice, at }, environment) => {
  const address = await resolveText(policy.url, environment);
  if (!address.ok) return retryableFailure(address.problem);
  const key = await resolveSecret(policy.routingKey, environment);
  if (!key.ok) return retryableFailure(key.problem);
  const events = notice.reason === 'test' ? (['trigger', 'resolve'] as const) : ([actionOf(notice)] as const);
  let outcome = retryableFailure('nothing was sent');
  for (const action of events) {
    const body = JSON.stringify({
      routing_key: key.value,
      ...eventOf(notice, action, environment.externalUrl),
    });
    outcome = deliveryOutcome(await post({ url: address.value, body, headers: {}, at }, environment));
    if (!outcome.ok) break;
  }
  return { ...outcome, detail: redactSecrets(outcome.detail, [key.value]) };
};

type Action = 'trigger' | 'acknowledge' | 'resolve';

function actionOf({ status, alerts }: AlertNotice): Action {
  if (status === 'resolved') return 'resolve';
  const firing = alerts.filter((alert) => alert.status === 'firing');
  return firing.every(({ acknowledgedBy }) => acknowledgedBy !== null) ? 'acknowledge' : 'trigger';
}

function eventOf(notice: AlertNotice, action: Action, externalUrl: string | null): object {
  const name = notice.reason === 'test' ? `test ${notice.id}` : notice.groupKey;
  const identity = { event_action: action, dedup_key: sha256(new TextEncoder().encode(name)) };
  if (action !== 'trigger') return identity;
  const [worst] = notice.alerts;
  const links = notice.alerts.slice(0, MAX_DETAILED).flatMap(({ fingerprint, labels }) => {
    const href = alertUrl(externalUrl, fingerprint);
    return href === null ? [] : [{ href, text: `${labels.alertname} ${labels['feature'] ?? ''}`.trim() }];
  });
  return {
    ...identity,
    client: 'Plimsoll',
    ...(externalUrl === null ? {} : { client_url: externalUrl }),
    links,
    payload: {
      summary: noticeHeadline(notice).slice(0, MAX_SUMMARY),
      source: notice.endpoint,
      severity: SEVERITY[worst?.severity ?? 'info'],
      timestamp: rfc3339(notice.incident),
      component: notice.groupLabels.model,
      group: notice.endpoint,
      ...(worst === undefined ? {} : { class: worst.labels.alertname }),
      custom_details: {
        reason: notice.reason,
        firing: notice.alerts.filter(({ status }) => status === 'firing').length,
        resolved: notice.alerts.filter(({ status }) => status === 'resolved').length,
        alerts: notice.alerts.slice(0, MAX_DETAILED).map((alert) => ({
          labels: alert.labels,
          status: alert.status,
          ...noticeAnnotations(alert),
        })),
      },
    },
  };
}

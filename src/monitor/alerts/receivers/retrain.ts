/** Whoever trains again: called once for an incident of drift or decay, with what was found. */

import { rfc3339 } from '../../../core/utc.ts';
import { noticeHeadline } from '../message/notice-text.ts';
import { alertUrl } from '../message/webhook-body.ts';
import { ruleFamily } from '../rule-families.ts';
import type { SendFunction } from './receiver.ts';
import { sendSigned } from './send-signed.ts';

export const sendRetrain: SendFunction<'retrain'> = (policy, outgoing, environment) => {
  const { notice } = outgoing;
  const from = Math.min(...notice.alerts.map(({ startsAt }) => startsAt));
  const findings = notice.alerts.map(({ fingerprint, labels, severity, startsAt, told }) => ({
    fingerprint,
    rule: labels.alertname,
    family: ruleFamily(labels),
    labels,
    severity,
    startsAt: rfc3339(startsAt),
    sentence: told.sentence,
    value: told.value,
    threshold: told.threshold,
    traffic: told.traffic,
    histogram: told.histogram,
    details: told.details,
    url: alertUrl(environment.externalUrl, fingerprint),
  }));
  const body = {
    schema: 1,
    event: notice.reason === 'test' ? 'test' : 'retrain',
    incident: `${notice.endpoint}/${notice.incident}`,
    endpoint: notice.endpoint,
    model: notice.groupLabels.model,
    at: rfc3339(notice.at),
    headline: noticeHeadline(notice),
    findings,
    truncated: notice.truncated,
    /** How to get the rows that were seen since, and before, as Parquet. */
    data: {
      endpoint: notice.endpoint,
      from: rfc3339(from),
      to: rfc3339(notice.at),
      command: `plimsoll requests export ${notice.endpoint} --from ${rfc3339(from)} --to ${rfc3339(notice.at)} -o rows.parquet`,
    },
  };
  return sendSigned(policy, JSON.stringify(body), outgoing, environment);
};

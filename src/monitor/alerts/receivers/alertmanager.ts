/** Alertmanager's own door: all that fires, again and again; what is not pushed again ends by itself. */

import { rfc3339 } from '../../../core/utc.ts';
import { noticeAnnotations, noticeLabels } from '../message/annotations.ts';
import { alertUrl } from '../message/webhook-body.ts';
import { deliveryOutcome, post } from './http.ts';
import { retryableFailure, type SendFunction } from './receiver.ts';
import { resolveText } from './secrets.ts';

/** An alert ends in Alertmanager if it is not pushed again within this time. */
const VALID_MILLIS = 900_000;
const TEST_MILLIS = 60_000;

export const sendToAlertmanager: SendFunction<'alertmanager'> = async (
  policy,
  { notice, at },
  environment,
) => {
  const address = await resolveText(policy.url, environment);
  if (!address.ok) return retryableFailure(address.problem);
  const valid = notice.reason === 'test' ? TEST_MILLIS : VALID_MILLIS;
  const alerts = notice.alerts.map((alert) => {
    const generatorURL = alertUrl(environment.externalUrl, alert.fingerprint);
    return {
      labels: noticeLabels(alert),
      annotations: noticeAnnotations(alert),
      startsAt: rfc3339(alert.startsAt),
      endsAt: rfc3339(alert.endsAt ?? at + valid),
      ...(generatorURL === null ? {} : { generatorURL }),
    };
  });
  const url = `${address.value.replace(/\/+$/, '').replace(/\/api\/v2(?:\/alerts)?$/, '')}/api/v2/alerts`;
  const body = JSON.stringify(alerts);
  return deliveryOutcome(await post({ url, body, headers: {}, at }, environment));
};

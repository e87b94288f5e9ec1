/** Conditions and policies for tests of alerts. */
import type { AlertPolicy } from '../../policy/policy.ts';
import type { AlertCondition, AlertLabels } from '../alert.ts';

export const MINUTE_MILLIS = 60_000;
export const HOUR = 60 * MINUTE_MILLIS;
/** 2026-01-05T00:00:00Z. */
export const CONDITIONS_START = 1_767_571_200_000;

export const ALERT_POLICY: AlertPolicy = {
  for: 10 * MINUTE_MILLIS,
  resolveAfter: 15 * MINUTE_MILLIS,
  coolDown: 30 * MINUTE_MILLIS,
  groupWait: 30_000,
  groupInterval: 5 * MINUTE_MILLIS,
  repeat: 4 * HOUR,
  routes: {},
};

export const alertLabels = (alertname: string, more: Readonly<Record<string, string>> = {}): AlertLabels => ({
  alertname,
  model: 'churn',
  endpoint: 'churn-eu',
  ...more,
});

/** "`feature` moved", 20 rows against 10. */
export function condition(
  name: AlertLabels,
  standing: AlertCondition['standing'],
  more: Partial<Omit<AlertCondition, 'labels' | 'standing'>> = {},
): AlertCondition {
  return {
    labels: name,
    severity: 'ticket',
    standing,
    since: CONDITIONS_START,
    told: {
      sentence: `${name.alertname} of ${name['feature'] ?? name.model}: PSI 0.31 of 0.05, since 2026-01-05 00:00, in 12,000 rows`,
      advice: 'Compare the source of the feature with last week',
      value: 0.31,
      threshold: 0.05,
      traffic: 12_000,
      histogram: {
        bins: ['null', '≤ 1', '≤ 2', '> 2'],
        reference: [0, 10, 60, 30],
        current: [5, 20, 30, 45],
      },
      details: { segment: 'country=DE' },
    },
    ...more,
  };
}

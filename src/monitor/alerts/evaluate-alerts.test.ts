import { expect, test } from 'vitest';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { AlertCondition, AlertRow } from './alert.ts';
import type { AlertNotice } from './alert-notice.ts';
import { type AlertEvaluation, acknowledgeAlert, alertsOf, evaluateAlerts } from './evaluate-alerts.ts';
import {
  ALERT_POLICY,
  alertLabels,
  CONDITIONS_START,
  condition,
  MINUTE_MILLIS,
} from './testing/conditions.ts';
import { openAlertStore } from './testing/store.ts';

const AGE = alertLabels('FeatureDrift', { feature: 'age' });
const evaluation = (
  minutes: number,
  conditions: readonly AlertCondition[],
  more: Partial<AlertEvaluation> = {},
): AlertEvaluation => ({
  endpoint: 'churn-eu',
  conditions,
  policy: {
    alerts: ALERT_POLICY,
    receivers: { hook: { kind: 'webhook', url: 'http://127.0.0.1:1/', secret: null, template: null } },
  },
  now: CONDITIONS_START + minutes * MINUTE_MILLIS,
  deploys: [],
  features: 30,
  ...more,
});
const waiting = (store: MonitoringStore) => store.deliveries({ state: 'waiting', limit: 100 });
const happened = async (store: MonitoringStore, fingerprint: string): Promise<string[]> =>
  (await store.alertEvents(fingerprint)).items.map(({ what }) => what);

test('a restart while an alert is pending keeps its clock', async () => {
  const opened = await openAlertStore();
  await evaluateAlerts(opened.store, evaluation(0, [condition(AGE, 'beyond')]));
  const store = await opened.restart();
  await evaluateAlerts(store, evaluation(9, [condition(AGE, 'beyond')]));
  expect((await alertsOf(store, 'churn-eu')).map(({ state }) => state)).toEqual(['pending']);
  await evaluateAlerts(store, evaluation(10, [condition(AGE, 'beyond')]));
  const [row] = await alertsOf(store, 'churn-eu');
  expect(row).toMatchObject({
    state: 'firing',
    startsAt: CONDITIONS_START,
    since: CONDITIONS_START + 10 * MINUTE_MILLIS,
  });
  expect(await happened(store, row!.fingerprint)).toEqual(['pending', 'firing']);
});

test('a notice waits in the store together with the change that it tells of', async () => {
  const { store } = await openAlertStore();
  for (const minutes of [0, 10, 11])
    await evaluateAlerts(store, evaluation(minutes, [condition(AGE, 'beyond')]));
  const deliveries = await waiting(store);
  expect(deliveries).toHaveLength(1);
  expect(deliveries[0]).toMatchObject({
    receiver: 'hook',
    attempts: 0,
    notBefore: CONDITIONS_START + 11 * MINUTE_MILLIS,
  });
  expect((deliveries[0]!.body as AlertNotice).alerts[0]!.told.sentence).toContain('PSI 0.31');
  const [row] = await alertsOf(store, 'churn-eu');
  expect(row!.notified['hook']).toMatchObject({ state: 'firing', at: CONDITIONS_START + 11 * MINUTE_MILLIS });
});

test('a look whose write fails leaves no trace, and the next one does it all', async () => {
  const { store } = await openAlertStore();
  for (const minutes of [0, 10]) await evaluateAlerts(store, evaluation(minutes, [condition(AGE, 'beyond')]));
  const broken: MonitoringStore = {
    ...store,
    alerted: (change, fence) =>
      store.alerted(
        {
          ...change,
          deliveries: [...change.deliveries, { ...change.deliveries[0]!, createdAt: Number.NaN }],
        },
        fence,
      ),
  };
  await expect(evaluateAlerts(broken, evaluation(11, [condition(AGE, 'beyond')]))).rejects.toThrow();
  expect(await waiting(store)).toEqual([]);
  expect((await alertsOf(store, 'churn-eu'))[0]!.notified).toEqual({});
  await evaluateAlerts(store, evaluation(11, [condition(AGE, 'beyond')]));
  expect(await waiting(store)).toHaveLength(1);
});

test('of looks at the same time, by two processes, one notice comes', async () => {
  const { store } = await openAlertStore();
  for (const minutes of [0, 10]) await evaluateAlerts(store, evaluation(minutes, [condition(AGE, 'beyond')]));
  const looks = Array.from({ length: 5 }, () =>
    evaluateAlerts(store, evaluation(11, [condition(AGE, 'beyond')])),
  );
  const made = (await Promise.all(looks)).flatMap(({ notices }) => notices);
  expect(made).toHaveLength(1);
  expect((await waiting(store)).map(({ id }) => id)).toEqual([made[0]!.id]);
});

test('looks at which nothing happens are written once a minute', async () => {
  const { store } = await openAlertStore();
  await evaluateAlerts(store, evaluation(0, [condition(AGE, 'beyond')]));
  let writes = 0;
  const counting: MonitoringStore = {
    ...store,
    alerted: (change, fence) => {
      writes += 1;
      return store.alerted(change, fence);
    },
  };
  for (let second = 1; second <= 300; second += 1) {
    await evaluateAlerts(counting, evaluation(second / 60, [condition(AGE, 'beyond')]));
  }
  expect(writes).toBe(5);
});

test('an acknowledgement is kept, also when looks go on meanwhile', async () => {
  const { store } = await openAlertStore();
  for (const minutes of [0, 10]) await evaluateAlerts(store, evaluation(minutes, [condition(AGE, 'beyond')]));
  const [{ fingerprint }] = (await alertsOf(store, 'churn-eu')) as [AlertRow];
  const [acknowledged] = await Promise.all([
    acknowledgeAlert(store, { fingerprint, by: 'ada', now: CONDITIONS_START + 11 * MINUTE_MILLIS }),
    ...[11, 12, 13].map((minutes) => evaluateAlerts(store, evaluation(minutes, [condition(AGE, 'beyond')]))),
  ]);
  expect(acknowledged).toMatchObject({ acknowledgedBy: 'ada', state: 'firing' });
  expect(await store.alert(fingerprint)).toMatchObject({ acknowledgedBy: 'ada' });
  expect(await happened(store, fingerprint)).toContain('acknowledged');
  expect(await acknowledgeAlert(store, { fingerprint: 'none', by: 'ada', now: CONDITIONS_START })).toBe(null);
});

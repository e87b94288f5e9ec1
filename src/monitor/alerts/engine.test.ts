import { expect, test } from 'vitest';
import type { AlertCondition, AlertRow } from './alert.ts';
import { type AlertContext, type AlertStep, stepAlerts } from './engine.ts';
import {
  ALERT_POLICY,
  alertLabels,
  CONDITIONS_START,
  condition,
  HOUR,
  MINUTE_MILLIS,
} from './testing/conditions.ts';

const AGE = alertLabels('FeatureDrift', { feature: 'age' });
const WEBHOOK = { hook: 'webhook' } as const;

/** Looks one after the other, each after so many minutes. */
class History {
  rows: readonly AlertRow[] = [];
  now = CONDITIONS_START;
  context: Partial<AlertContext> = {};
  policy = ALERT_POLICY;

  look(minutes: number, ...conditions: AlertCondition[]): AlertStep {
    this.now += minutes * MINUTE_MILLIS;
    const step = stepAlerts(this.rows, conditions, this.policy, {
      now: this.now,
      deploys: [],
      receivers: WEBHOOK,
      features: 30,
      ...this.context,
    });
    this.rows = step.rows;
    return step;
  }
  states(): Record<string, string> {
    return Object.fromEntries(
      this.rows.map(({ labels: { alertname, feature }, state }) => [feature ?? alertname, state]),
    );
  }
}
const happened = ({ events }: AlertStep): string[] => events.map(({ what }) => what);
const reasons = ({ notices }: AlertStep): string[] =>
  notices.map(({ receiver, reason }) => `${receiver}: ${reason}`);

test('a rule that was never beyond has no alert', () => {
  const history = new History();
  expect(history.look(0, condition(AGE, 'below'), condition(alertLabels('ModelDown'), null)).rows).toEqual(
    [],
  );
});

test('an alert is pending for as long as the policy says, fires, and resolves when it was calm long enough', () => {
  const history = new History();
  expect(happened(history.look(0, condition(AGE, 'beyond')))).toEqual(['pending']);
  expect(happened(history.look(9, condition(AGE, 'beyond')))).toEqual([]);
  expect(happened(history.look(1, condition(AGE, 'beyond')))).toEqual(['firing']);
  expect(history.rows[0]).toMatchObject({
    startsAt: CONDITIONS_START,
    since: CONDITIONS_START + 10 * MINUTE_MILLIS,
    flaps: 1,
  });
  expect(happened(history.look(1, condition(AGE, 'below')))).toEqual(['notified']);
  history.look(14, condition(AGE, 'below'));
  expect(history.states()).toEqual({ age: 'firing' });
  expect(happened(history.look(1, condition(AGE, 'below')))).toEqual(['resolved']);
  expect(history.rows[0]).toMatchObject({ state: 'resolved', endsAt: history.now, calmSince: null });
  expect(reasons(history.look(1, condition(AGE, 'below')))).toEqual(['hook: all alerts resolved']);
  history.look(13, condition(AGE, 'below'));
  expect(history.states()).toEqual({ age: 'resolved' });
  history.look(1, condition(AGE, 'below'));
  expect(history.states()).toEqual({ age: 'inactive' });
});

test('between the two thresholds nothing begins and nothing ends', () => {
  const history = new History();
  history.look(0, condition(AGE, 'between'));
  expect(history.rows).toEqual([]);
  history.look(0, condition(AGE, 'beyond'));
  history.look(10, condition(AGE, 'between'));
  expect(history.states()).toEqual({ age: 'pending' });
  history.look(1, condition(AGE, 'beyond'));
  history.look(1, condition(AGE, 'below'));
  history.look(10, condition(AGE, 'between'));
  history.look(10, condition(AGE, 'below'));
  history.look(14, condition(AGE, 'below'));
  expect(history.states()).toEqual({ age: 'firing' });
});

test('a pending alert that is below again never fires', () => {
  const history = new History();
  history.look(0, condition(AGE, 'beyond'));
  expect(happened(history.look(9, condition(AGE, 'below')))).toEqual(['calmed']);
  expect(happened(history.look(1, condition(AGE, 'beyond')))).toEqual(['pending']);
});

test('what cannot be evaluated is unknown and stays as it was; what was calm before does not count', () => {
  const history = new History();
  history.look(0, condition(AGE, 'beyond'));
  history.look(10, condition(AGE, 'beyond'));
  history.look(1, condition(AGE, 'below'));
  expect(happened(history.look(1, condition(AGE, null)))).toContain('unknown');
  expect(history.rows[0]).toMatchObject({ state: 'firing', known: false });
  for (let day = 0; day < 30; day += 1) history.look(24 * 60);
  expect(history.rows[0]).toMatchObject({ state: 'firing', known: false });
  expect(happened(history.look(1, condition(AGE, 'below')))).toContain('known');
  expect(history.states()).toEqual({ age: 'firing' });
  history.look(15, condition(AGE, 'below'));
  expect(history.states()).toEqual({ age: 'resolved' });
});

test('the clock of pending goes on over a short silence and begins anew after a long one', () => {
  const history = new History();
  history.look(0, condition(AGE, 'beyond'));
  history.look(55);
  expect(happened(history.look(1, condition(AGE, 'beyond')))).toEqual(['known', 'firing']);
  const other = new History();
  other.look(0, condition(AGE, 'beyond'));
  expect(happened(other.look(61, condition(AGE, 'beyond')))).toEqual([]);
  expect(happened(other.look(10, condition(AGE, 'beyond')))).toEqual(['firing']);
});

test('an alert that flaps takes longer to resolve each time', () => {
  const history = new History();
  const calm = (): number => {
    for (let minutes = 0; ; minutes += 1) {
      history.look(1, condition(AGE, 'below'));
      if (history.rows[0]!.state !== 'firing') return minutes;
    }
  };
  const times = [0, 1, 2, 3].map(() => {
    history.look(1, condition(AGE, 'beyond'));
    history.look(10, condition(AGE, 'beyond'));
    return calm();
  });
  expect(times).toEqual([15, 30, 60, 120]);
  expect(history.rows[0]!.flaps).toBe(4);
  history.look(24 * 60, condition(AGE, 'below'));
  expect(history.rows[0]!.flaps).toBe(0);
});

test('after a deploy drift does not fire until the cool-down is over, and violations of the schema do', () => {
  const history = new History();
  history.context = { deploys: [CONDITIONS_START - MINUTE_MILLIS] };
  const schema = alertLabels('SchemaViolation', { feature: 'plan' });
  const both = (): [AlertCondition, AlertCondition] => [
    condition(AGE, 'beyond'),
    condition(schema, 'beyond'),
  ];
  history.look(0, ...both());
  history.look(28, ...both());
  expect(history.states()).toEqual({ age: 'pending', plan: 'firing' });
  history.look(1, ...both());
  expect(history.states()).toEqual({ age: 'firing', plan: 'firing' });
});

test('a rule that is no longer watched ends its alert', () => {
  const history = new History();
  history.look(0, condition(AGE, 'beyond'));
  history.look(10, condition(AGE, 'beyond'));
  history.look(1, condition(AGE, 'beyond'));
  history.context = { isWatched: ({ labels: { feature } }) => feature !== 'age' };
  expect(happened(history.look(5))).toEqual(['withdrawn']);
  expect(reasons(history.look(1))).toEqual(['hook: all alerts resolved']);
  expect(history.states()).toEqual({ age: 'resolved' });
});

test('an alert gets no milder before it is over, and is told again when it gets graver', () => {
  const history = new History();
  history.look(0, condition(AGE, 'beyond'));
  history.look(10, condition(AGE, 'beyond'));
  history.look(1, condition(AGE, 'beyond'));
  const step = history.look(1, condition(AGE, 'beyond', { severity: 'page' }));
  expect(happened(step)).toEqual(['escalated', 'notified']);
  expect(reasons(step)).toEqual(['hook: severity raised']);
  history.look(1, condition(AGE, 'beyond', { severity: 'info' }));
  expect(history.rows[0]!.severity).toBe('page');
});

test('a cause silences its consequences, of the same feature and up to its own severity', () => {
  const history = new History();
  history.policy = { ...ALERT_POLICY, for: 0 };
  const missing = condition(alertLabels('MissingValues', { feature: 'age' }), 'beyond');
  const down = condition(alertLabels('ModelDown'), 'beyond', { severity: 'page' });
  const drift = (feature: string): AlertCondition =>
    condition(alertLabels('FeatureDrift', { feature }), 'beyond', {
      severity: feature === 'fee' ? 'page' : 'ticket',
    });
  const answers = condition(alertLabels('PredictionDrift'), 'beyond');
  const real = condition(alertLabels('AccuracyDecay'), 'beyond', { severity: 'page' });
  const all = [missing, drift('age'), drift('fee'), answers, real];
  const silenced = (): string[] =>
    history.rows
      .filter(({ inhibitedBy }) => inhibitedBy !== null)
      .map(({ labels: { alertname, feature } }) => `${alertname} ${feature ?? ''}`.trim())
      .sort();
  history.look(0, ...all);
  expect(silenced()).toEqual(['FeatureDrift age', 'PredictionDrift']);
  history.look(1, ...all, down);
  expect(silenced()).toEqual(
    ['AccuracyDecay', 'FeatureDrift age', 'FeatureDrift fee', 'MissingValues', 'PredictionDrift']
      .map((name) => (name === 'MissingValues' ? 'MissingValues age' : name))
      .sort(),
  );
});

test('what is silenced is not told until its cause is over', () => {
  const history = new History();
  history.policy = { ...ALERT_POLICY, for: 0, resolveAfter: 0 };
  const missing = alertLabels('MissingValues', { feature: 'age' });
  history.look(0, condition(missing, 'beyond'), condition(AGE, 'beyond'));
  const first = history.look(1, condition(missing, 'beyond'), condition(AGE, 'beyond'));
  expect(first.notices.map(({ alerts }) => alerts.map(({ labels: { alertname } }) => alertname))).toEqual([
    ['MissingValues'],
  ]);
  const after = history.look(5, condition(missing, 'below'), condition(AGE, 'beyond'));
  expect(happened(after)).toEqual(['resolved', 'released', 'notified', 'notified']);
  expect(
    after.notices[0]!.alerts.map(({ labels: { alertname }, status }) => `${alertname} ${status}`),
  ).toEqual(['FeatureDrift firing', 'MissingValues resolved']);
});

test('fourteen features that move together are one message, and its group goes on as one incident', () => {
  const history = new History();
  history.policy = { ...ALERT_POLICY, for: 0 };
  const drifts = (count: number): AlertCondition[] =>
    Array.from({ length: count }, (_, i) =>
      condition(alertLabels('FeatureDrift', { feature: `f${i}` }), 'beyond'),
    );
  expect(history.look(0, ...drifts(10)).notices).toEqual([]);
  history.look(0.25, ...drifts(14));
  const first = history.look(0.25, ...drifts(14));
  expect(reasons(first)).toEqual(['hook: first notification']);
  expect(first.notices[0]).toMatchObject({
    features: 30,
    groupKey: '{}:{endpoint="churn-eu", model="churn"}',
    status: 'firing',
    incident: CONDITIONS_START + 30_000,
  });
  expect(first.notices[0]!.alerts).toHaveLength(14);
  expect(first.notices[0]!.alerts.filter(({ told: { histogram } }) => histogram !== null)).toHaveLength(10);
  expect(history.look(1, ...drifts(15)).notices).toEqual([]);
  const second = history.look(4, ...drifts(15));
  expect(reasons(second)).toEqual(['hook: new alerts in group']);
  expect(second.notices[0]!.incident).toBe(CONDITIONS_START + 30_000);
  expect(second.notices[0]!.alerts.filter(({ changed }) => changed)).toHaveLength(1);
});

test('a notice is repeated after the interval, unless somebody has acknowledged', () => {
  const history = new History();
  history.context = { receivers: { hook: 'webhook', chat: 'slack', pager: 'pagerduty' } };
  history.look(0, condition(AGE, 'beyond'));
  history.look(10, condition(AGE, 'beyond'));
  expect(reasons(history.look(1, condition(AGE, 'beyond')))).toHaveLength(3);
  expect(history.look(239, condition(AGE, 'beyond')).notices).toEqual([]);
  expect(reasons(history.look(1, condition(AGE, 'beyond')))).toEqual([
    'hook: repeat interval elapsed',
    'chat: repeat interval elapsed',
  ]);
  history.rows = history.rows.map((row) => ({ ...row, acknowledgedBy: 'ada' }));
  expect(reasons(history.look(1, condition(AGE, 'beyond')))).toEqual([
    'chat: acknowledged',
    'pager: acknowledged',
  ]);
  expect(history.look(3 * 240, condition(AGE, 'beyond')).notices).toEqual([]);
});

test('routes are by severity; one that trains again hears once of an incident of drift', () => {
  const history = new History();
  history.policy = {
    ...ALERT_POLICY,
    for: 0,
    resolveAfter: 0,
    routes: { page: ['pager'], default: ['hook'] },
  };
  history.context = {
    receivers: { hook: 'webhook', pager: 'pagerduty', train: 'retrain', am: 'alertmanager' },
  };
  const spike = condition(alertLabels('LatencySpike'), 'beyond', { severity: 'page' });
  const fee = alertLabels('FeatureDrift', { feature: 'fee' });
  history.look(0, condition(AGE, 'beyond'), spike);
  const first = history.look(1, condition(AGE, 'beyond'), spike);
  expect(reasons(first)).toEqual([
    'hook: first notification',
    'pager: first notification',
    'train: first notification',
  ]);
  expect(first.notices[2]!.alerts.map(({ labels: { alertname } }) => alertname)).toEqual(['FeatureDrift']);
  history.look(1, condition(AGE, 'beyond'), condition(fee, 'beyond'), spike);
  expect(reasons(history.look(5, condition(AGE, 'beyond'), condition(fee, 'beyond'), spike))).toEqual([
    'hook: new alerts in group',
  ]);
  history.look(6, condition(AGE, 'below'), condition(fee, 'below'), spike);
  expect(reasons(history.look(1, condition(AGE, 'below'), condition(fee, 'below'), spike))).toEqual([
    'hook: all alerts resolved',
  ]);
  history.look(30, condition(AGE, 'below'), condition(fee, 'below'), spike);
  history.look(0, condition(AGE, 'beyond'), spike);
  expect(reasons(history.look(1, condition(AGE, 'beyond'), spike))).toEqual([
    'hook: first notification',
    'train: first notification',
  ]);
});

test('an alert that fires again before it was said to be over is not told anew', () => {
  const history = new History();
  history.policy = { ...ALERT_POLICY, for: 0, resolveAfter: 0, groupInterval: HOUR };
  history.look(0, condition(AGE, 'beyond'));
  history.look(1, condition(AGE, 'beyond'));
  history.look(1, condition(AGE, 'below'));
  history.look(1, condition(AGE, 'beyond'));
  expect(history.look(120, condition(AGE, 'beyond')).notices).toEqual([]);
  expect(history.rows[0]!.flaps).toBe(2);
});

/** Notices that tests send: made by the engine, of conditions. */
import type { AlertCondition, AlertRow } from '../alert.ts';
import type { AlertNotice } from '../alert-notice.ts';
import { stepAlerts } from '../engine.ts';
import { ALERT_POLICY, alertLabels, CONDITIONS_START, condition, MINUTE_MILLIS } from './conditions.ts';

const AGE = alertLabels('FeatureDrift', { feature: 'age' });
const FEE = alertLabels('FeatureDrift', { feature: 'fee <b>&' });

/** The story of an incident: it begins, a second feature joins, somebody acknowledges, all is over. */
export function incident(): {
  first: AlertNotice;
  more: AlertNotice;
  acknowledged: AlertNotice;
  over: AlertNotice;
} {
  let rows: readonly AlertRow[] = [];
  const policy = { ...ALERT_POLICY, for: 0, resolveAfter: 0, groupWait: 0 };
  const look = (minutes: number, ...conditions: AlertCondition[]): AlertNotice => {
    const step = stepAlerts(rows, conditions, policy, {
      now: CONDITIONS_START + minutes * MINUTE_MILLIS,
      deploys: [],
      receivers: { ops: 'slack' },
      features: 30,
    });
    rows = step.rows;
    return step.notices[0]!;
  };
  const first = look(0, condition(AGE, 'beyond', { severity: 'page' }));
  const both = [condition(AGE, 'beyond', { severity: 'page' }), condition(FEE, 'beyond')];
  const more = look(10, ...both);
  rows = rows.map((row) => ({ ...row, acknowledgedBy: 'ada' }));
  const acknowledged = look(11, ...both);
  const over = look(120, condition(AGE, 'below'), condition(FEE, 'below'));
  return { first, more, acknowledged, over };
}

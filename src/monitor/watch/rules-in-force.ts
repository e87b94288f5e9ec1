/** Whether the rule of an alert is still in force: for its family, and for its column. */
import type { AlertLabels } from '../alerts/alert.ts';
import { ruleFamily } from '../alerts/rule-families.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import type { RaisedRules } from './memory.ts';
import { ignoredColumns } from './version-drift.ts';

/** `raised`: rules of quality that ever were broken. Quality and drift have some rules in common. */
export function isRuleInForce(
  { drift, quality, log }: Pick<MonitorPolicy, 'drift' | 'quality' | 'log'>,
  raised: RaisedRules,
  labels: AlertLabels,
): boolean {
  const family = ruleFamily(labels);
  const feature = labels['feature'] ?? null;
  const isIgnored = feature !== null && ignoredColumns(drift, log).has(feature);
  const isOfDrift = drift.enabled && !isIgnored;
  if (family === 'drift' || family === 'prediction') return isOfDrift;
  if (family !== 'quality') return true;
  // What drift has found of a column that it no longer watches is quality's to say, where it has.
  const isOfQuality = !isIgnored || Object.hasOwn(raised, JSON.stringify([labels.alertname, feature]));
  return isOfDrift || (quality.enabled && isOfQuality);
}

/**
 * The alert engine: alerts as they were and conditions as they are give alerts as they are, what happened to them, and what
 * receivers are told. All it knows is in its arguments: a restart between two looks changes nothing. Pure.
 */
import type { AlertPolicy } from '../policy/policy.ts';
import type { AlertCondition, AlertRow } from './alert.ts';
import type { AlertNotice } from './alert-notice.ts';
import {
  type AlertEvent,
  firstTransition,
  nextTransition,
  type TransitionContext,
  withdrawAlert,
} from './alert-transition.ts';
import { alertFingerprint } from './fingerprint.ts';
import { inhibitions } from './inhibition.ts';
import { type GroupContext, notifyReceivers } from './notification-groups.ts';

export interface AlertContext extends TransitionContext, Omit<GroupContext, 'policy'> {
  /** Whether a rule is still in force. An alert of one that is not ends; by default all are. */
  readonly isWatched?: ((row: AlertRow) => boolean) | undefined;
}

export interface AlertStep {
  /** All rows, those that are as they were among them. */
  readonly rows: readonly AlertRow[];
  readonly events: readonly AlertEvent[];
  readonly notices: readonly AlertNotice[];
}

/** One look at all conditions of an endpoint. */
export function stepAlerts(
  rows: readonly AlertRow[],
  conditions: readonly AlertCondition[],
  policy: AlertPolicy,
  context: AlertContext,
): AlertStep {
  const seen = byFingerprint(conditions);
  const events: AlertEvent[] = [];
  const after: AlertRow[] = [];
  for (const row of rows) {
    const looked =
      context.isWatched?.(row) === false
        ? withdrawAlert(row, context.now)
        : nextTransition(row, seen.get(row.fingerprint), policy, context);
    seen.delete(row.fingerprint);
    after.push(looked.row);
    events.push(...looked.events);
  }
  for (const condition of seen.values()) {
    const looked = firstTransition(condition, policy, context);
    if (looked === null) continue;
    after.push(looked.row);
    events.push(...looked.events);
  }
  const inhibited = inhibit(after, context.now);
  const told = notifyReceivers(inhibited.rows, { ...context, policy });
  return { rows: told.rows, events: [...events, ...inhibited.events, ...told.events], notices: told.notices };
}

/** Of two conditions with the same labels the graver counts. */
function byFingerprint(conditions: readonly AlertCondition[]): Map<string, AlertCondition> {
  const graveness = (condition: AlertCondition | undefined): number =>
    condition === undefined ? -1 : ['below', null, 'between', 'beyond'].indexOf(condition.standing);
  const seen = new Map<string, AlertCondition>();
  for (const condition of conditions) {
    const fingerprint = alertFingerprint(condition.labels);
    if (graveness(condition) > graveness(seen.get(fingerprint))) seen.set(fingerprint, condition);
  }
  return seen;
}

function inhibit(
  rows: readonly AlertRow[],
  now: number,
): { readonly rows: readonly AlertRow[]; readonly events: readonly AlertEvent[] } {
  const silenced = inhibitions(rows);
  const events: AlertEvent[] = [];
  const after = rows.map((row) => {
    const inhibitedBy = silenced.get(row.fingerprint) ?? null;
    if (inhibitedBy === row.inhibitedBy) return row;
    const { fingerprint } = row;
    if (inhibitedBy === null) events.push({ fingerprint, at: now, what: 'released', body: {} });
    else events.push({ fingerprint, at: now, what: 'inhibited', body: { by: inhibitedBy } });
    return { ...row, inhibitedBy };
  });
  return { rows: after, events };
}

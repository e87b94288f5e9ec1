/** Who hears of what: routes by severity, and what each kind of receiver can make use of. Pure. */
import { valueOfKey } from '../../core/element-at.ts';
import type { AlertPolicy } from '../policy/policy.ts';
import type { ReceiverPolicy } from '../policy/receivers.ts';
import type { AlertRow } from './alert.ts';
import type { NoticeReason } from './alert-notice.ts';
import { ASKS_FOR_TRAINING, ruleFamily } from './rule-families.ts';

type ReceiverKind = ReceiverPolicy['kind'];

const CHANGES: readonly NoticeReason[] = [
  'first notification',
  'new alerts in group',
  'new resolved alerts',
  'all alerts resolved',
  'severity raised',
];

/**
 * A reason that is not among them is noted as told, and nothing is sent. Alertmanager is not told of changes at all: all
 * that fires is pushed to it again and again (`push.ts`).
 */
const HEARS: Readonly<Record<ReceiverKind, readonly NoticeReason[]>> = {
  webhook: [...CHANGES, 'repeat interval elapsed'],
  email: [...CHANGES, 'repeat interval elapsed'],
  slack: [...CHANGES, 'repeat interval elapsed', 'acknowledged'],
  pagerduty: [
    'first notification',
    'new alerts in group',
    'severity raised',
    'acknowledged',
    'all alerts resolved',
  ],
  retrain: ['first notification'],
  alertmanager: [],
};

export const receivesReason = (kind: ReceiverKind, reason: NoticeReason): boolean =>
  HEARS[kind].includes(reason);

/** Names of the receivers of an alert; without any route everybody hears of everything. */
function routed(row: AlertRow, { routes }: AlertPolicy): readonly string[] | null {
  if (Object.hasOwn(routes, row.severity)) return valueOfKey(routes, row.severity);
  return Object.hasOwn(routes, 'default') ? valueOfKey(routes, 'default') : null;
}

/** Whether a receiver is to hear of an alert. One that trains again needs no route, and hears of nothing else. */
export function isRoutedTo(row: AlertRow, name: string, kind: ReceiverKind, policy: AlertPolicy): boolean {
  if (kind === 'retrain') {
    if (!ASKS_FOR_TRAINING.has(ruleFamily(row.labels))) return false;
    if (!Object.values(policy.routes).some((names) => names.includes(name))) return true;
  }
  const names = routed(row, policy);
  return names === null ? Object.keys(policy.routes).length === 0 : names.includes(name);
}

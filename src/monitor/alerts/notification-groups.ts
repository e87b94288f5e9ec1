/** From alerts to notices: one message for a group, when it is due, and never the same twice. Pure. */

import { sha256 } from '../../bytes/sha256.ts';
import { elementAt, valueInMap } from '../../core/element-at.ts';
import type { AlertPolicy } from '../policy/policy.ts';
import type { ReceiverPolicy } from '../policy/receivers.ts';
import type { AlertRow, NotificationState } from './alert.ts';
import type { AlertNotice, NoticeAlert, NoticeReason } from './alert-notice.ts';
import { type AlertEvent, isMoreSevere } from './alert-transition.ts';
import { alertGroupKey, alertGroupLabels } from './fingerprint.ts';
import { isRoutedTo, receivesReason } from './routing.ts';
import { ALERT_RULES } from './rule-families.ts';

/** Alerts of one notice, and those of them that come with histograms. */
const MAX_ALERTS = 100;
const MAX_HISTOGRAMS = 10;

export interface GroupContext {
  readonly now: number;
  readonly policy: AlertPolicy;
  /** By name. */
  readonly receivers: Readonly<Record<string, ReceiverPolicy['kind']>>;
  /** Features that are watched. */
  readonly features: number | null;
}

interface Notifying {
  readonly rows: readonly AlertRow[];
  readonly notices: readonly AlertNotice[];
  readonly events: readonly AlertEvent[];
}

/** A member of a group as one receiver should know it, and as it does. */
interface Member {
  readonly row: AlertRow;
  readonly told: NotificationState | undefined;
  readonly wanted: NotificationState['state'];
}

/** What every receiver is to be told now; the rows remember that it was. */
export function notifyReceivers(rows: readonly AlertRow[], context: GroupContext): Notifying {
  const after = new Map(rows.map((row) => [row.fingerprint, withoutStrangers(row, context)]));
  const notices: AlertNotice[] = [];
  for (const [receiver, kind] of Object.entries(context.receivers)) {
    if (kind === 'alertmanager') continue;
    for (const [groupKey, group] of Map.groupBy(after.values(), ({ labels }) => alertGroupKey(labels))) {
      const told = notifyOne({ receiver, kind, groupKey, group, context });
      if (told.notice !== null) notices.push(told.notice);
      for (const row of told.rows) after.set(row.fingerprint, row);
    }
  }
  const events = notices.flatMap(notified);
  return { rows: rows.map(({ fingerprint }) => valueInMap(after, fingerprint)), notices, events };
}

/** What one receiver is to be told of one group now. */
function notifyOne(from: {
  readonly receiver: string;
  readonly kind: ReceiverPolicy['kind'];
  readonly groupKey: string;
  readonly group: readonly AlertRow[];
  readonly context: GroupContext;
}): { readonly notice: AlertNotice | null; readonly rows: readonly AlertRow[] } {
  const { receiver, kind, groupKey, group, context } = from;
  const { now, policy } = context;
  const members = group.flatMap((row) => memberOf(row, receiver, kind, policy) ?? []);
  const lastAt = Math.max(...group.map((row) => toldOf(row, receiver)?.at ?? Number.NEGATIVE_INFINITY));
  const reason = reasonFor(members, lastAt, kind, context);
  if (reason === null) return { notice: null, rows: [] };
  const incident = Math.min(now, ...members.flatMap(({ told }) => openTold(told)?.incident ?? []));
  const aloud = receivesReason(kind, reason);
  return {
    notice: aloud ? noticeOf({ receiver, groupKey, reason, incident, members, context }) : null,
    rows: members.map((member) => tell(member, receiver, incident, aloud ? now : (member.told?.at ?? now))),
  };
}

/** Receivers that are no longer there are not waited for. */
function withoutStrangers(row: AlertRow, { receivers }: GroupContext): AlertRow {
  const known = Object.entries(row.notified).filter(([name]) => Object.hasOwn(receivers, name));
  return known.length === Object.keys(row.notified).length
    ? row
    : { ...row, notified: Object.fromEntries(known) };
}

const toldOf = ({ notified: known }: AlertRow, receiver: string): NotificationState | undefined =>
  Object.hasOwn(known, receiver) ? known[receiver] : undefined;

const openTold = (told: NotificationState | undefined): NotificationState | null =>
  told === undefined || told.state === 'resolved' ? null : told;

/** What a receiver should know of an alert; null where it has nothing to do with it. */
function memberOf(
  row: AlertRow,
  receiver: string,
  kind: ReceiverPolicy['kind'],
  policy: AlertPolicy,
): Member | null {
  const told = toldOf(row, receiver);
  const open = openTold(told);
  if (row.state === 'firing') {
    if (open === null && (row.inhibitedBy !== null || !isRoutedTo(row, receiver, kind, policy))) return null;
    const acknowledged = row.acknowledgedBy !== null && receivesReason(kind, 'acknowledged');
    return { row, told, wanted: acknowledged ? 'acknowledged' : 'firing' };
  }
  if (open === null) return null;
  // Back already, before anybody was told that it was over: wait how it goes on.
  return { row, told, wanted: row.state === 'pending' ? open.state : 'resolved' };
}

/** Not known yet, or firing anew after somebody had looked after it. */
const isNew = ({ told, wanted }: Member): boolean =>
  (wanted !== 'resolved' && openTold(told) === null) ||
  (wanted === 'firing' && told?.state === 'acknowledged');
const isRaised = ({ row, told, wanted }: Member): boolean =>
  wanted !== 'resolved' &&
  told !== undefined &&
  openTold(told) !== null &&
  isMoreSevere(row.severity, told.severity);
const isChanged = (member: Member): boolean =>
  isNew(member) || isRaised(member) || member.wanted !== member.told?.state;

/** Why a notice is due now, or null. */
function reasonFor(
  members: readonly Member[],
  lastAt: number,
  kind: ReceiverPolicy['kind'],
  context: GroupContext,
): NoticeReason | null {
  const isOver = members.every(({ wanted }) => wanted === 'resolved');
  const isHeard = ({ wanted }: Member): boolean =>
    isOver || wanted !== 'resolved' || receivesReason(kind, 'new resolved alerts');
  const changed = members.filter((member) => isChanged(member) && isHeard(member));
  if (changed.length === 0)
    return isRepeatDue(members, lastAt, kind, context) ? 'repeat interval elapsed' : null;
  const reason = changeOf(members, changed);
  const waits = receivesReason(kind, reason) && reason !== 'acknowledged' && reason !== 'severity raised';
  return waits && context.now < dueAt(changed, lastAt, context.policy) ? null : reason;
}

function changeOf(members: readonly Member[], changed: readonly Member[]): NoticeReason {
  if (!members.some(({ told }) => openTold(told) !== null)) return 'first notification';
  if (members.every(({ wanted }) => wanted === 'resolved')) return 'all alerts resolved';
  if (changed.some(isNew)) return 'new alerts in group';
  if (changed.some(isRaised)) return 'severity raised';
  return changed.some(({ wanted }) => wanted === 'resolved') ? 'new resolved alerts' : 'acknowledged';
}

/** `groupWait` after the first change, so that what comes together is told together; `groupInterval` after the last notice. */
function dueAt(changed: readonly Member[], lastAt: number, policy: AlertPolicy): number {
  const first = Math.min(...changed.map(({ row }) => row.since));
  return Math.max(first + policy.groupWait, lastAt + policy.groupInterval);
}

function isRepeatDue(
  members: readonly Member[],
  lastAt: number,
  kind: ReceiverPolicy['kind'],
  { now, policy }: GroupContext,
): boolean {
  if (!receivesReason(kind, 'repeat interval elapsed')) return false;
  const unanswered = members.some(({ row }) => row.state === 'firing' && row.acknowledgedBy === null);
  return unanswered && now - lastAt >= policy.repeat;
}

function tell({ row, wanted }: Member, receiver: string, incident: number, at: number): AlertRow {
  const told: NotificationState = { state: wanted, severity: row.severity, at, incident };
  return { ...row, notified: { ...row.notified, [receiver]: told } };
}

function noticeOf(from: {
  readonly receiver: string;
  readonly groupKey: string;
  readonly reason: NoticeReason;
  readonly incident: number;
  readonly members: readonly Member[];
  readonly context: GroupContext;
}): AlertNotice {
  const { receiver, groupKey, reason, incident, members, context } = from;
  const sorted = members.toSorted((a, b) => byImportance(a.row, b.row));
  const shown = sorted.slice(0, MAX_ALERTS);
  const name = [receiver, groupKey, incident, context.now, reason].join('\n');
  const { labels } = elementAt(members, 0).row;
  return {
    schema: 1,
    id: sha256(new TextEncoder().encode(name)).slice(0, 32),
    endpoint: labels.endpoint,
    receiver,
    groupKey,
    groupLabels: alertGroupLabels(labels),
    reason,
    status: members.every(({ wanted }) => wanted === 'resolved') ? 'resolved' : 'firing',
    at: context.now,
    incident,
    features: context.features,
    alerts: shown.map(alertOf),
    truncated: sorted.length - shown.length,
  };
}

function alertOf(member: Member, index: number): NoticeAlert {
  const { row, wanted } = member;
  const told = index < MAX_HISTOGRAMS ? row.told : { ...row.told, histogram: null };
  return {
    fingerprint: row.fingerprint,
    labels: row.labels,
    severity: row.severity,
    status: wanted === 'resolved' ? 'resolved' : 'firing',
    startsAt: row.startsAt,
    endsAt: wanted === 'resolved' ? (row.endsAt ?? row.since) : null,
    known: row.known,
    flaps: row.flaps,
    acknowledgedBy: row.acknowledgedBy,
    changed: isChanged(member),
    told,
  };
}

const ORDER = Object.keys(ALERT_RULES);

/** Firing before resolved, severe before mild, causes before consequences, far beyond the threshold before just beyond. */
function byImportance(a: AlertRow, b: AlertRow): number {
  return (
    Number(b.state === 'firing') - Number(a.state === 'firing') ||
    Number(isMoreSevere(b.severity, a.severity)) - Number(isMoreSevere(a.severity, b.severity)) ||
    ORDER.indexOf(a.labels.alertname) - ORDER.indexOf(b.labels.alertname) ||
    excess(b) - excess(a) ||
    (a.fingerprint < b.fingerprint ? -1 : 1)
  );
}

/** How many times its threshold a value is; 0 where that says nothing. */
function excess({ told: { value, threshold } }: AlertRow): number {
  const ratio = value === null || threshold === null ? 0 : Math.abs(value / threshold);
  return Number.isFinite(ratio) ? ratio : 0;
}

const notified = ({ id, receiver, reason, at, alerts }: AlertNotice): AlertEvent[] =>
  alerts
    .filter(({ changed }) => changed || reason === 'repeat interval elapsed')
    .map(({ fingerprint }) => ({
      fingerprint,
      at,
      what: 'notified',
      body: { receiver, reason, notice: id },
    }));

/** One alert and one look at its rule: what becomes of it. Pure. */
import type { AlertPolicy } from '../policy/policy.ts';
import type { AlertCondition, AlertRow, AlertSeverity, AlertState } from './alert.ts';
import { alertFingerprint } from './fingerprint.ts';
import { COOLS_DOWN, ruleFamily } from './rule-families.ts';

/** Clocks begin anew where nothing was known for longer: Prometheus's outage tolerance. */
export const OUTAGE_TOLERANCE_MS = 3_600_000;
/** What is resolved is shown, and told to Alertmanager, for so long. */
const RESOLVED_SHOWN_MS = 900_000;
const DAY_MS = 86_400_000;
/** Resolving takes twice as long with every further flap of a day, up to 64 times and never over a day. */
const MAX_DOUBLINGS = 6;
/** What the doubling begins with where alerts resolve at once. */
const DAMPING_MIN_MS = 60_000;
const MAX_FIRINGS = 100;

export type AlertEventKind =
  | 'pending'
  | 'calmed'
  | 'firing'
  | 'escalated'
  | 'resolved'
  | 'withdrawn'
  | 'unknown'
  | 'known'
  | 'inhibited'
  | 'released'
  | 'acknowledged'
  | 'notified';

export interface AlertEvent {
  readonly fingerprint: string;
  readonly at: number;
  readonly what: AlertEventKind;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TransitionContext {
  readonly now: number;
  /** When routes or references were replaced, by model; times to come are left out of account. */
  readonly deploys: readonly number[];
}

/** Where an alert goes, and how it got there. */
export interface AlertTransition {
  readonly row: AlertRow;
  readonly events: readonly AlertEvent[];
}

const SEVERITIES: readonly AlertSeverity[] = ['info', 'ticket', 'page'];
export const isMoreSevere = (a: AlertSeverity, b: AlertSeverity): boolean =>
  SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b);

/** A look at a rule that had no alert yet; null where there is none to begin. */
export function firstTransition(
  condition: AlertCondition,
  policy: AlertPolicy,
  context: TransitionContext,
): AlertTransition | null {
  if (condition.standing !== 'beyond') return null;
  const { now } = context;
  const row: AlertRow = {
    fingerprint: alertFingerprint(condition.labels),
    labels: condition.labels,
    severity: condition.severity,
    state: 'inactive',
    since: now,
    startsAt: now,
    endsAt: null,
    evaluatedAt: now,
    known: true,
    flaps: 0,
    firings: [],
    calmSince: null,
    inhibitedBy: null,
    acknowledgedBy: null,
    notified: {},
    told: condition.told,
    generation: 0,
  };
  return nextTransition(row, condition, policy, context);
}

/** A look at a rule that has an alert. No condition, or one of which nothing is known, never resolves anything. */
export function nextTransition(
  before: AlertRow,
  condition: AlertCondition | undefined,
  policy: AlertPolicy,
  context: TransitionContext,
): AlertTransition {
  const { now } = context;
  const events: AlertEvent[] = [];
  const happened = (what: AlertEventKind, body: AlertEvent['body'] = {}): void => {
    events.push({ fingerprint: before.fingerprint, at: now, what, body });
  };
  if (condition === undefined || condition.standing === null) {
    if (before.known && isOpen(before)) happened('unknown');
    return { row: { ...aged(before, now), known: false, calmSince: null }, events };
  }
  if (!before.known && isOpen(before)) happened('known');
  const gap = now - before.evaluatedAt > OUTAGE_TOLERANCE_MS;
  let row: AlertRow = { ...recent(before, now), known: true, evaluatedAt: now };
  if (condition.standing !== 'below') row = seenAgain(row, condition, happened);
  if (condition.standing === 'beyond') row = beyond(row, gap, policy, context, happened);
  else if (condition.standing === 'below') row = below(row, gap, policy, now, happened);
  else row = between(row, gap, now, happened);
  return { row: aged(row, now), events };
}

type Happened = (what: AlertEventKind, body?: AlertEvent['body']) => void;

/** An alert whose rule is no longer in force ends, without a word about how its data are. */
export function withdrawAlert(before: AlertRow, now: number): AlertTransition {
  if (!isOpen(before)) return { row: aged(before, now), events: [] };
  const event: AlertEvent = { fingerprint: before.fingerprint, at: now, what: 'withdrawn', body: {} };
  const row = before.state === 'firing' ? resolved(before, now) : to(before, 'inactive', now);
  return { row: { ...row, known: true }, events: [event] };
}

const isOpen = ({ state }: AlertRow): boolean => state === 'pending' || state === 'firing';

const to = (row: AlertRow, state: AlertState, now: number): AlertRow => ({
  ...row,
  state,
  since: now,
  generation: row.generation + 1,
});

/** What is shown of it is the last look at which it was not back to normal; it gets no milder until it is over. */
function seenAgain(row: AlertRow, condition: AlertCondition, happened: Happened): AlertRow {
  const begins = !isOpen(row);
  const worse = isMoreSevere(condition.severity, row.severity);
  if (worse && !begins) happened('escalated', { from: row.severity, to: condition.severity });
  return {
    ...row,
    told: begins && condition.standing !== 'beyond' ? row.told : condition.told,
    severity: worse || (begins && condition.standing === 'beyond') ? condition.severity : row.severity,
  };
}

function beyond(
  before: AlertRow,
  gap: boolean,
  policy: AlertPolicy,
  context: TransitionContext,
  happened: Happened,
): AlertRow {
  const { now } = context;
  let row: AlertRow = { ...before, calmSince: null };
  if (row.state === 'firing') return row;
  if (row.state !== 'pending') {
    row = { ...to(row, 'pending', now), startsAt: now };
    happened('pending');
  } else if (gap) {
    row = { ...row, since: now, startsAt: now };
  }
  if (now - row.since < policy.for || isCooling(row, policy, context)) return row;
  const firings = [...row.firings, now].slice(-MAX_FIRINGS);
  happened('firing', { flaps: firings.length });
  return { ...to(row, 'firing', now), endsAt: null, firings, flaps: firings.length };
}

/** Nothing changes, unless nobody knows what has been since it was beyond. */
function between(row: AlertRow, gap: boolean, now: number, happened: Happened): AlertRow {
  if (gap && row.state === 'pending') return calmed(row, now, happened);
  return { ...row, calmSince: null };
}

function calmed(row: AlertRow, now: number, happened: Happened): AlertRow {
  happened('calmed');
  return to(row, row.endsAt === null ? 'inactive' : 'resolved', now);
}

function isCooling(row: AlertRow, policy: AlertPolicy, { now, deploys }: TransitionContext): boolean {
  return (
    COOLS_DOWN.has(ruleFamily(row.labels)) && deploys.some((at) => at <= now && now < at + policy.coolDown)
  );
}

function below(row: AlertRow, gap: boolean, policy: AlertPolicy, now: number, happened: Happened): AlertRow {
  if (row.state === 'pending') return calmed(row, now, happened);
  if (row.state !== 'firing') return row;
  const calmSince = row.calmSince === null || gap ? now : row.calmSince;
  if (now - calmSince < resolveAfter(row, policy)) return { ...row, calmSince };
  happened('resolved', { firedFor: now - row.since });
  return resolved(row, now);
}

const resolved = (row: AlertRow, now: number): AlertRow => ({
  ...to(row, 'resolved', now),
  endsAt: now,
  calmSince: null,
  inhibitedBy: null,
  acknowledgedBy: null,
});

/** How long an alert must be calm: the more it flaps, the longer. */
function resolveAfter({ flaps }: Pick<AlertRow, 'flaps'>, policy: AlertPolicy): number {
  if (flaps < 2) return policy.resolveAfter;
  const damped = Math.max(policy.resolveAfter, DAMPING_MIN_MS) * 2 ** Math.min(flaps - 1, MAX_DOUBLINGS);
  return Math.max(policy.resolveAfter, Math.min(damped, DAY_MS));
}

/** Forgets firings of more than a day ago. */
function recent(row: AlertRow, now: number): AlertRow {
  const firings = row.firings.filter((at) => now - at < DAY_MS);
  return firings.length === row.firings.length ? row : { ...row, firings, flaps: firings.length };
}

/** What was resolved long enough ago, and told as such, is inactive. */
function aged(row: AlertRow, now: number): AlertRow {
  if (row.state !== 'resolved' || now - row.since < RESOLVED_SHOWN_MS) return row;
  const waits = Object.values(row.notified).some(({ state }) => state !== 'resolved');
  return waits ? row : { ...to(row, 'inactive', now), endsAt: null };
}

/** Alerts and what happened to them, in words. Pure. */
import type { AlertView, ControlOperations } from '../../api/generated/control-api.ts';
import { durationWords } from '../../facts/words.ts';
import type { Tone } from '../../ui/badge.tsx';

export type AlertEvent = ControlOperations['GET /api/v1/alerts/{alert}']['answer']['events'][number];

export type Shown = 'open' | 'acknowledged' | 'over';

export const isOpen = ({ state }: AlertView): boolean => state === 'firing' || state === 'pending';

/** What it is about: `FeatureDrift of age`. */
export function alertTitle({ labels }: Pick<AlertView, 'labels'>): string {
  const { alertname = '', feature, metric } = labels;
  const of = feature ?? metric;
  return of === undefined ? alertname : `${alertname} of ${of}`;
}

export function standingWords(alert: AlertView): { readonly tone: Tone; readonly text: string } {
  const { state, severity, known, acknowledgedBy, inhibitedBy } = alert;
  if (!isOpen(alert)) return { tone: 'steady', text: 'Over' };
  if (!known) return { tone: 'watch', text: 'Unknown' };
  if (state === 'pending') return { tone: 'watch', text: 'Pending' };
  if (inhibitedBy !== null) return { tone: 'idle', text: 'Silenced' };
  if (acknowledgedBy !== null) return { tone: 'watch', text: 'Acknowledged' };
  return { tone: severity === 'info' ? 'watch' : 'act', text: 'Firing' };
}

export const SEVERITY_WORDS: Readonly<Record<AlertView['severity'], string>> = {
  page: 'wakes somebody',
  ticket: 'for working hours',
  info: 'for your information',
};

const URGENCY = ['Firing', 'Unknown', 'Acknowledged', 'Pending', 'Silenced', 'Over'];
const SEVERITIES = ['page', 'ticket', 'info'];

/** Those that were asked for: what needs somebody first, what is newest first among equals. */
export function shownAlerts(
  alerts: readonly AlertView[],
  { shown, search }: { readonly shown: Shown; readonly search: string },
): readonly AlertView[] {
  const sought = search.trim().toLowerCase();
  const isShown = (alert: AlertView): boolean => {
    if (shown === 'over') return !isOpen(alert);
    return isOpen(alert) && (shown === 'open' || alert.acknowledgedBy !== null);
  };
  const isSought = ({ labels, told }: AlertView): boolean =>
    [...Object.values(labels), told.sentence].some((text) => text.toLowerCase().includes(sought));
  const rank = (alert: AlertView): number =>
    URGENCY.indexOf(standingWords(alert).text) * SEVERITIES.length + SEVERITIES.indexOf(alert.severity);
  return alerts
    .filter((alert) => isShown(alert) && isSought(alert))
    .toSorted((a, b) => (shown === 'over' ? 0 : rank(a) - rank(b)) || b.since - a.since);
}

export function summaryWords(open: readonly AlertView[]): string {
  const count = (text: string): number => open.filter((alert) => standingWords(alert).text === text).length;
  const parts = [
    [count('Firing'), 'firing, nobody looks after it', 'firing, nobody looks after them'],
    [count('Acknowledged'), 'acknowledged', 'acknowledged'],
    [count('Pending'), 'about to fire', 'about to fire'],
    [count('Silenced'), 'silenced by its cause', 'silenced by their causes'],
    [count('Unknown'), 'cannot be evaluated', 'cannot be evaluated'],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, one, many]) => `${n} ${n === 1 ? one : many}`);
  return said.length === 0 ? 'Nothing fires.' : `${said.join('; ')}.`;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What happened, in a sentence. */
export function eventWords({ what, body }: AlertEvent): string {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const flaps = Number(told['flaps'] ?? 1);
  const reason = text(told['reason']);
  const words: Readonly<Record<string, () => string>> = {
    pending: () => 'Beyond its threshold: it fires if it lasts.',
    calmed: () => 'Was over before it fired.',
    firing: () => (flaps > 1 ? `Fires, for the ${ordinal(flaps)} time within a day.` : 'Fires.'),
    escalated: () => `Became more severe: ${text(told['from'])} to ${text(told['to'])}.`,
    resolved: () => `Resolved after ${durationWords(Number(told['firedFor'] ?? 0))}.`,
    withdrawn: () => 'Withdrawn: its rule is no longer in force.',
    unknown: () => 'Cannot be evaluated: it neither fires nor is over.',
    known: () => 'Is evaluated again.',
    inhibited: () => 'Silenced: another alert names the cause.',
    released: () => 'No longer silenced.',
    acknowledged: () => `${text(told['by'])} looks after it${reason === '' ? '.' : `: ${reason}`}`,
    notified: () => `Sent to ${text(told['receiver'])} (${reason}).`,
  };
  return words[what]?.() ?? what;
}

/** Whether receivers never took what this event sent. */
export const isLost = ({ what, body }: AlertEvent, dead: ReadonlySet<string>): boolean =>
  what === 'notified' && dead.has(text((body as { readonly notice?: unknown } | null)?.notice));

function ordinal(count: number): string {
  const ends = ['th', 'st', 'nd', 'rd'];
  const last = count % 10;
  return `${count}${count % 100 > 10 && count % 100 < 14 ? 'th' : (ends[last] ?? 'th')}`;
}

/** Which side the column of an alert is on; null where it is about no column. */
export function sideOf({ labels }: Pick<AlertView, 'labels'>): 'input' | 'output' | null {
  const { alertname = '', feature } = labels;
  if (feature === undefined) return alertname === 'AttributionDrift' ? 'output' : null;
  return alertname === 'PredictionDrift' || alertname === 'AttributionDrift' ? 'output' : 'input';
}
